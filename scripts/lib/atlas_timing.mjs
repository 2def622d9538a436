// Time an atlas in a browser without a network: first view, a page, a pair, frames of the map, memory. Prints JSON.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const [modules, chromium, index, a, b] = process.argv.slice(2)
const { chromium: engine } = createRequire(`${modules}/x.js`)('playwright-core')
const browser = await engine.launch({ executablePath: chromium, args: ['--no-sandbox', '--disable-gpu', '--enable-precise-memory-info'] })
const context = await browser.newContext({ viewport: { width: 1300, height: 900 } })
await context.setOffline(true)
const page = await context.newPage()
const shown = (hash) =>
  page.waitForFunction((wanted) => {
    const main = document.querySelector('main')
    return main && !main.hasAttribute('aria-busy') && (wanted === null ? main.dataset.shown : main.dataset.shown === wanted)
  }, hash, { timeout: 120000, polling: 10 })

async function timed(act) {
  const begin = performance.now()
  await act()
  return Math.round(performance.now() - begin) / 1000
}

async function go(hash) {
  await page.evaluate((wanted) => (window.location.hash = wanted), hash)
  await shown(hash)
}

const found = {}
found.first_view_s = await timed(async () => {
  await page.goto(index)
  await shown(null)
})
found.page_s = await timed(() => go(`#/page/${a}`))
found.pair_s = await timed(() => go(`#/pair/${a}/${b}`))
found.search_s = await timed(() => go('#/search?q=work+3'))
found.map_s = await timed(() => go('#/map'))
await page.waitForTimeout(300)
found.map_frames_per_s = await page.evaluate(async () => {
  const canvas = document.querySelector('canvas')
  const press = (key) => canvas.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }))
  const begin = performance.now()
  let frames = 0
  while (performance.now() - begin < 2000) {
    press(frames % 40 < 20 ? 'ArrowLeft' : 'ArrowRight')
    await new Promise((resolve) => requestAnimationFrame(resolve))
    frames++
  }
  return Math.round((1000 * frames) / (performance.now() - begin))
})
const session = await browser.newBrowserCDPSession()
const { processInfo } = await session.send('SystemInfo.getProcessInfo')
const resident = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024
found.tab_mb = Math.round(Math.max(...processInfo.filter((one) => one.type === 'renderer').map((one) => resident(one.id))))
found.heap_mb = await page.evaluate(() => Math.round(performance.memory.usedJSHeapSize / 1e6))
console.log(JSON.stringify(found))
await browser.close()
