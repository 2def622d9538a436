// The frame: the head, the view that the address names, the foot; and what holds on every view.

import './style.css'
import { type Corpus, openCorpus } from './corpus'
import { clear, h, said } from './dom'
import { download } from './parts'
import { address, readRoute } from './route'
import { fill, T } from './strings'
import { MissingError, type Opener, type View } from './view'
import { csv } from './writing'
import { openFindings } from './views/findings'
import { openPage } from './views/page'
import { openPages } from './views/pages'
import { openApparatus } from './views/apparatus'
import { openCorpusView } from './views/corpus'
import { openFamilies, openFamily } from './views/family'
import { openMap } from './views/map'
import { openPair } from './views/pair'
import { openSearch } from './views/search'

const VIEWS: Record<string, Opener> = {
  findings: openFindings,
  pages: openPages,
  page: openPage,
  pair: openPair,
  apparatus: openApparatus,
  families: openFamilies,
  family: openFamily,
  search: openSearch,
  map: openMap,
  corpus: openCorpusView,
}
const NAVIGATION: [keyof typeof T.nav, string[]][] = [
  ['findings', ['findings', 'pair', 'apparatus']],
  ['map', ['map']],
  ['pages', ['pages', 'page']],
  ['families', ['families', 'family']],
  ['corpus', ['corpus']],
]

let current: View | null = null
let turn = 0

function theme(): void {
  const stored = read('theme')
  if (stored === 'dark' || stored === 'light') document.documentElement.dataset.theme = stored
}

function read(key: string): string | null {
  try {
    return window.localStorage.getItem(`tablekin-${key}`)
  } catch {
    return null // a browser may forbid it to files
  }
}

function changeTheme(): void {
  const dark = window.matchMedia('(prefers-color-scheme: dark)').matches
  const now = document.documentElement.dataset.theme ?? (dark ? 'dark' : 'light')
  const next = now === 'dark' ? 'light' : 'dark'
  document.documentElement.dataset.theme = next
  try {
    window.localStorage.setItem('tablekin-theme', next)
  } catch {
    // then it holds until the page is left
  }
}

function frame(corpus: Corpus): { main: HTMLElement; mark: (name: string) => void } {
  const links = new Map<string, HTMLElement>()
  const navigation = h(
    'nav',
    { 'aria-label': T.brand },
    NAVIGATION.map(([name, views]) => {
      const link = h('a', { href: address([name]) }, T.nav[name])
      for (const view of views) links.set(view, link)
      return link
    }),
  )
  const input = h('input', { type: 'search', id: 'search', placeholder: T.searchHint, 'aria-label': T.search, autocomplete: 'off', spellcheck: 'false' })
  const form = h(
    'form',
    {
      role: 'search',
      onsubmit: (event: Event) => {
        event.preventDefault()
        window.location.hash = address(['search'], { q: input.value.trim() })
      },
    },
    input,
  )
  const head = h(
    'header',
    { class: 'head' },
    h('a', { href: '#/findings', class: 'brand' }, T.brand, h('span', { class: 'corpus' }, said(corpus.title))),
    navigation,
    form,
    h('button', { type: 'button', class: 'small', title: T.theme.change, 'aria-label': T.theme.change, onclick: changeTheme }, '◐'),
  )
  const main = h('main', { id: 'main', tabindex: '-1' })
  const terms = ['related', 'cosine', 'z', 'score', 'confidence', 'family', 'witness']
  const foot = h(
    'footer',
    { class: 'foot' },
    h('p', {}, fill(T.footer.made, { version: corpus.version, date: corpus.made || '—' }), ' ', T.footer.command, ' ', h('code', {}, said(corpus.command))),
    h('p', {}, said(corpus.cite)),
    h('details', {}, h('summary', {}, T.footer.numbers), h('ul', {}, terms.map((name) => h('li', {}, corpus.terms[name])))),
    h('p', {}, corpus.images === 'link' ? T.footer.offlineLinks : T.footer.offline),
  )
  document.body.replaceChildren(
    h('a', { href: '#main', class: 'skip', onclick: (event: Event) => { event.preventDefault(); main.focus() } }, T.skip),
    head,
    main,
    foot,
  )
  return {
    main,
    mark: (name) => {
      for (const link of links.values()) link.removeAttribute('aria-current')
      links.get(name)?.setAttribute('aria-current', 'page')
    },
  }
}

function missing(corpus: Corpus | null, text: string): View {
  return {
    title: T.missing.title,
    sentence: T.missing.title,
    body: [h('p', {}, text), corpus && h('p', {}, h('a', { href: '#/findings' }, T.missing.back))].filter(Boolean) as Node[],
  }
}

async function open(corpus: Corpus): Promise<View> {
  const route = readRoute()
  const opener = VIEWS[route.path[0]]
  if (!opener) return missing(corpus, fill(T.missing.text, { address: route.path.join('/').slice(0, 200) }))
  try {
    return await opener(corpus, route)
  } catch (error) {
    const told = error instanceof Error ? error.message : String(error)
    if (told.startsWith('data/')) return missing(corpus, fill(T.missing.data, { file: told }))
    if (error instanceof MissingError) return missing(corpus, fill(T.missing.text, { address: told.slice(0, 200) }))
    throw error
  }
}


function takeAway(view: View): HTMLElement {
  const save = () => {
    const name = readRoute().path.join('-').replace(/[^\p{L}\p{N}._-]+/gu, '-').slice(0, 100)
    download(`${name}.csv`, new Blob([csv(view.table?.() ?? [])], { type: 'text/csv' }))
  }
  return h('button', { type: 'button', class: 'plain', title: T.tableWhat, onclick: save }, T.table.csv)
}

function show(corpus: Corpus, main: HTMLElement, view: View): void {
  current?.closed?.()
  current = view
  document.title = `${view.title} · ${corpus.title}`.slice(0, 200)
  clear(main)
  const told = h('p', { class: 'told', role: 'status' })
  const cite = h(
    'button',
    {
      type: 'button',
      class: 'plain',
      onclick: () => {
        const sentence = main.querySelector('h1')?.textContent ?? ''
        const text = `${sentence} ${corpus.cite} ${window.location.hash}`
        navigator.clipboard?.writeText(text).catch(() => undefined)
        told.textContent = fill(T.copied, { text })
      },
    },
    T.cite,
  )
  main.className = view.wide ? 'wide' : ''
  main.append(
    h(
      'div',
      { class: 'title' },
      h('div', {}, view.kicker ? h('p', { class: 'kicker' }, view.kicker) : null, h('h1', {}, view.sentence)),
      h('div', { class: 'tools' }, view.table ? takeAway(view) : null, cite, h('button', { type: 'button', class: 'plain', onclick: () => window.print() }, T.print)),
    ),
    told,
    ...view.body,
  )
  view.opened?.()
}

function help(): void {
  document.querySelector('dialog')?.remove()
  const dialog = h(
    'dialog',
    { 'aria-label': T.help.title },
    h('h2', {}, T.help.title),
    h('dl', {}, T.help.rows.map(([key, what]) => [h('dt', {}, h('kbd', {}, key)), h('dd', {}, what)]).flat()),
    h('button', { type: 'button', onclick: () => dialog.close() }, T.help.close),
  )
  document.body.append(dialog)
  dialog.showModal()
}

function keyboard(event: KeyboardEvent): void {
  const target = event.target as HTMLElement
  if (event.ctrlKey || event.metaKey || event.altKey) return
  if (target.matches('input, select, textarea')) {
    if (event.key === 'Escape') target.blur()
    return
  }
  if (event.key === '/') {
    event.preventDefault()
    document.getElementById('search')?.focus()
  } else if (event.key === '?') {
    help()
  } else {
    current?.keys?.(event)
  }
}

async function start(): Promise<void> {
  theme()
  document.body.append(h('p', { class: 'loading' }, T.loading))
  let corpus: Corpus
  try {
    corpus = await openCorpus()
  } catch (error) {
    const told = error instanceof Error ? error.message : String(error)
    document.body.replaceChildren(h('main', {}, h('h1', {}, T.missing.title), h('p', {}, fill(T.missing.data, { file: told }))))
    return
  }
  const { main, mark } = frame(corpus)
  const go = async (focus: boolean) => {
    const own = ++turn
    const route = readRoute()
    main.setAttribute('aria-busy', 'true')
    const view = await open(corpus)
    if (own !== turn) {
      view.closed?.()
      return
    }
    mark(route.path[0])
    show(corpus, main, view)
    main.removeAttribute('aria-busy')
    main.dataset.shown = window.location.hash || '#/findings'
    if (focus) {
      window.scrollTo(0, 0)
      main.focus({ preventScroll: true })
    }
  }
  window.addEventListener('hashchange', () => void go(true))
  window.addEventListener('keydown', keyboard)
  await go(false)
}

void start()
