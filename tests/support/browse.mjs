// A browser that a test drives by lines of JSON: a request on stdin, an answer on stdout. It has no network.
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'

const [modules, chromium] = process.argv.slice(2)
const require = createRequire(`${modules}/x.js`)
const playwright = require('playwright-core')
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')

const browser = await playwright.chromium.launch({ executablePath: chromium, args: ['--no-sandbox', '--disable-gpu'] })
let context
let page
let complaints = []
let asked = []

async function fresh({ width = 1300, height = 900, scheme = 'light', offline = true }) {
  await context?.close()
  context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme, reducedMotion: 'reduce', acceptDownloads: true })
  await context.setOffline(offline)
  page = await context.newPage()
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('request', (request) => !/^(file|data|blob):/.test(request.url()) && asked.push(request.url()))
}

const shown = (hash) =>
  page.waitForFunction(
    (wanted) => {
      const main = document.querySelector('main')
      return main && !main.hasAttribute('aria-busy') && main.dataset.shown !== undefined && (wanted === null || decodeURI(main.dataset.shown) === decodeURI(wanted))
    },
    hash,
    { timeout: 20000 },
  )

const acts = {
  fresh,
  async open({ url }) {
    complaints = []
    asked = []
    await page.goto('about:blank')
    await page.goto(url)
    await shown(null)
  },
  async go({ hash }) {
    await page.evaluate((wanted) => (window.location.hash = wanted), hash)
    await shown(hash)
  },
  async reload() {
    await page.reload()
    await shown(null)
  },
  async back() {
    const before = await page.evaluate(() => document.querySelector('main').dataset.shown)
    await page.goBack()
    await page.waitForFunction((old) => document.querySelector('main').dataset.shown !== old, before)
  },
  press: ({ key }) => page.keyboard.press(key),
  type: ({ text }) => page.keyboard.type(text),
  click: ({ selector }) => page.click(selector, { timeout: 5000 }),
  hover: ({ x, y }) => page.mouse.move(x, y, { steps: 3 }),
  // asked again and again from here: a page that forbids the evaluation of strings cannot wait by itself
  async wait({ condition }) {
    for (let turn = 0; turn < 200; turn++) {
      if (await page.evaluate(condition)) return
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    throw new Error(`waited in vain: ${condition}`)
  },
  run: ({ script }) => page.evaluate(script),
  title: () => page.title(),
  complaints: () => [...complaints, ...asked],
  shot: ({ path }) => page.screenshot({ path }),
  async save({ selector }) {
    const [file] = await Promise.all([page.waitForEvent('download', { timeout: 5000 }), page.click(selector)])
    const content = readFileSync(await file.path())
    return { name: file.suggestedFilename(), text: content.toString('utf8'), bytes: content.toString('base64') }
  },
  async axe() {
    if (!(await page.evaluate('window.axe'))) await page.evaluate(axe)
    const rules = { preload: false, runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }
    const found = await page.evaluate((options) => window.axe.run(document, options), rules)
    return found.violations.map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(' | ')}`)
  },
}

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line)
  try {
    const answer = await acts[request.act](request)
    console.log(JSON.stringify({ answer: answer ?? null }))
  } catch (error) {
    console.log(JSON.stringify({ error: String(error) }))
  }
}
await browser.close()
