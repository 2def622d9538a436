// Corpus: books against one another, what drives likeness, and the history of tables over time and place.

import { type Bar, bars, curve, dots, flows, spans } from '../charts'
import { type Corpus, openPairs } from '../corpus'
import { h, said } from '../dom'
import { growing, partName, shortName } from '../parts'
import { address, type Route } from '../route'
import { load } from '../shards'
import { counted, fill, percent, T } from '../strings'
import type { Table as CsvTable, View } from '../view'

const t = T.corpus
type Table = { rows: number; columns: Record<string, (string | number | boolean | null)[]> }
type History = Record<string, Table | undefined>
type Row = Record<string, string | number | boolean | null>

const SHOWN: Record<string, string> = { books: 'works', drivers: 'driver_parts', time: 'entropy_over_time', places: 'entropy_by_place', parameters: 'parameters' }
const MOST_BOOKS = 60 // in the matrix
const MOST_LIVES = 60
const MOST_BARS = 16
const MOST_FLOWS = 24 // drawn
const MIN_DATED = 3 // values that are drawn over time

function rows(table: Table | undefined): Row[] {
  if (!table) return []
  const names = Object.keys(table.columns)
  const count = names.length ? table.columns[names[0]].length : 0
  return Array.from({ length: count }, (_, k) => Object.fromEntries(names.map((name) => [name, table.columns[name][k]])))
}

export async function openCorpusView(corpus: Corpus, route: Route): Promise<View> {
  const history = await load<History>('history')
  if (!Object.keys(history).length) return { title: t.tab, sentence: t.none, body: [] }
  const tab = route.path[1] && route.path[1] in t.tabs ? route.path[1] : 'books'
  const tabs = h(
    'nav',
    { class: 'tabs', 'aria-label': t.tab },
    Object.entries(t.tabs).map(([name, text]) => h('a', { href: address(['corpus', name]), 'aria-current': name === tab ? 'page' : null }, text)),
  )
  const parts: Record<string, () => { sentence: string; body: Node[] } | Promise<{ sentence: string; body: Node[] }>> = {
    books: () => books(corpus, history),
    drivers: () => drivers(history),
    time: () => time(corpus, history),
    places: () => places(history),
    parameters: () => parameters(corpus, history),
  }
  const { sentence, body } = await parts[tab]()
  const own = history[SHOWN[tab]]
  const table = (): CsvTable => [Object.keys(own?.columns ?? {}), ...rows(own).map((row) => Object.values(row).map((value) => (typeof value === 'boolean' ? String(value) : value)))]
  return { title: `${t.tab}: ${t.tabs[tab]}`, sentence, body: [tabs, ...body], table: own?.rows ? table : undefined }
}

// How many pages of one book are related to one of another; the book with itself stands on the diagonal.
async function books(corpus: Corpus, history: History): Promise<{ sentence: string; body: Node[] }> {
  const shared = rows(history.works)
  const pairs = await openPairs(corpus)
  const { work } = corpus.documents
  const within = new Map<string, Set<number>>()
  pairs.a.forEach((a, k) => {
    const [one, other] = [work[a], work[pairs.b[k]]]
    if (one !== null && one === other) within.set(one, (within.get(one) ?? new Set()).add(a).add(pairs.b[k]))
  })
  if (!shared.length) return alone(corpus, within)
  const weight = new Map<string, number>()
  const cells = new Map<string, Row>()
  for (const row of shared) {
    const [a, b] = [String(row.work_a), String(row.work_b)]
    for (const name of [a, b]) weight.set(name, (weight.get(name) ?? 0) + Number(row.related))
    cells.set(JSON.stringify([a, b]), row)
  }
  const yearOf = new Map<string, number>()
  for (const row of shared) {
    for (const side of ['a', 'b']) yearOf.set(String(row[`work_${side}`]), Number(row[`year_from_${side}`] ?? 9999))
  }
  const names = [...weight].sort((one, other) => other[1] - one[1] || one[0].localeCompare(other[0])).slice(0, MOST_BOOKS).map(([name]) => name)
  names.sort((one, other) => (yearOf.get(one) ?? 9999) - (yearOf.get(other) ?? 9999) || one.localeCompare(other))
  const most = Math.max(1, ...shared.map((row) => Math.max(Number(row.related_a), Number(row.related_b))))
  const label = (name: string) => {
    const dated = yearOf.get(name)
    return said(dated && dated < 9999 ? `${name}, ${dated}` : name)
  }
  const told = (row: Row) => ({
    relatedA: Number(row.related_a), relatedB: Number(row.related_b), pagesA: counted(Number(row.documents_a), 'page'),
    pagesB: counted(Number(row.documents_b), 'page'), copied: Number(row.copied) ? counted(Number(row.copied), 'pair') : t.noPair,
  })
  const cell = (a: string, b: string) => {
    if (a === b) return itself(a)
    const [direct, turned] = [cells.get(JSON.stringify([a, b])), cells.get(JSON.stringify([b, a]))]
    const row = direct ?? turned
    if (!row) return h('td')
    const own = Number(direct ? row.related_a : row.related_b)
    const text = `${row.work_a}, ${row.work_b}: ${fill(t.booksCell, told(row))}`
    const shade = (0.12 + 0.5 * (own / most)).toFixed(2)
    return h(
      'td',
      { style: { background: `rgb(0 114 178 / ${shade})` } },
      h('a', { href: address(['findings'], { work: a, other: b }), title: text, 'aria-label': text }, own),
    )
  }
  const itself = (name: string) => {
    const own = within.get(name)?.size
    const text = fill(t.booksItself, { name, pages: counted(own ?? 0, 'page') })
    return h('td', { class: 'quiet' }, own ? h('a', { href: address(['findings'], { work: name, other: name }), title: text, 'aria-label': text }, own) : '·')
  }
  const head = h('tr', {}, h('td', { class: 'corner' }), names.map((name, k) => h('th', { scope: 'col', title: name }, k + 1)))
  const body = names.map((name, k) => h('tr', {}, h('th', { scope: 'row' }, `${k + 1}. `, label(name)), names.map((other) => cell(name, other))))
  const sentences = [...cells.values()].slice(0, 200)
  const list = growing(sentences, (row) =>
    h('p', {}, h('a', { href: address(['findings'], { work: String(row.work_a), other: String(row.work_b) }) }, said(`${row.work_a} — ${row.work_b}`)), ': ', fill(t.booksCell, told(row))), 12)
  const [first] = shared
  const count = shared.length === 1 ? t.booksPairs.one : fill(t.booksPairs.more, { count: history.works?.rows ?? shared.length })
  return {
    sentence: fill(t.books, { count, a: String(first.work_a), b: String(first.work_b) }),
    body: [h('p', { class: 'explain' }, t.booksWhat), h('div', { class: 'scroller', tabindex: '0', role: 'region', 'aria-label': t.tabs.books }, h('table', { class: 'matrix' }, h('thead', {}, head), h('tbody', {}, body))), h('div', { class: 'part prose' }, list)],
  }
}

function drivers(history: History): { sentence: string; body: Node[] } {
  const all = rows(history.driver_parts)
  const of = (name: string) => all.filter((row) => row.by === name && row.partners === 'all')
  const whole = summed(of('corpus'), (row) => partName(String(row.part)))
  const [first, second] = whole
  if (!first) return { sentence: t.none, body: [] }
  const body: Node[] = [h('p', { class: 'explain' }, t.driversWhat), bars(whole.map(bar), t.driversWhat)]
  const functions = summed(of('corpus').filter((row) => row.part === 'value' && row.function), (row) => String(row.function))
  if (functions.length > 1) body.push(part(t.driversFunctions, functions.slice(0, MOST_BARS).map(bar)))
  for (const name of ['work', 'year', 'place']) {
    const own = new Map<string, Row[]>()
    for (const row of of(name)) own.set(String(row.value), [...(own.get(String(row.value)) ?? []), row])
    if (own.size < 2) continue
    const weight = (list: Row[]) => list.reduce((sum, row) => sum + Number(row.relevance), 0)
    const most = [...own].sort((one, other) => weight(other[1]) - weight(one[1])).slice(0, MOST_BARS)
    if (name === 'year') most.sort((one, other) => Number(one[0]) - Number(other[0]))
    const shown = most.map(([value, list]) => {
      const parts = summed(list, (row) => partName(String(row.part)))
      const told = parts.slice(0, 3).map((one) => `${one.label} ${percent(one.value)} %`)
      return { label: value.replace(/\.0$/, ''), value: parts.find((one) => one.label === first.label)?.value ?? 0, note: told.join(', ') }
    })
    body.push(part(fill(t.driversBy, { by: name, part: first.label }), shown))
  }
  const more = second ? fill(t.driversMore, { percent: percent(second.value), kind: second.label }) : ''
  return { sentence: fill(t.drivers, { percent: percent(first.value), kind: first.label, more }), body }
}

function part(title: string, shown: Bar[]): HTMLElement {
  return h('section', { class: 'part' }, h('h2', {}, title), bars(shown, title))
}

function bar({ label, value }: { label: string; value: number }): Bar {
  return { label, value, note: `${percent(value, 1)} %` }
}

// Shares that are called the same are one, the largest first.
function summed(list: Row[], name: (row: Row) => string): { label: string; value: number }[] {
  const sums = new Map<string, number>()
  for (const row of list) sums.set(name(row), (sums.get(name(row)) ?? 0) + Number(row.share))
  return [...sums].map(([label, value]) => ({ label, value })).sort((one, other) => other.value - one.value)
}

function time(corpus: Corpus, history: History): { sentence: string; body: Node[] } {
  const over = rows(history.entropy_over_time)
  const body: Node[] = []
  if (over.length > 1) {
    const column = (name: string) => over.map((row) => Number(row[name]))
    body.push(
      h('p', { class: 'explain' }, t.timeWhat),
      curve({
        x: column('year'), y: column('entropy'), low: column('low'), high: column('high'), mean: column('shuffled'),
        label: t.entropy, meanLabel: t.chance, title: t.timeTitle,
      }),
    )
  }
  const sorted = [...over].sort((one, other) => Number(other.entropy) - Number(one.entropy))
  const sentence = over.length > 1 ? fill(t.time, { most: Number(sorted[0].year), least: Number(sorted[sorted.length - 1].year) }) : t.timeNone
  const lives = rows(history.clusters).filter((row) => row.first_year !== null)
  if (lives.length) {
    const shown = lives.sort((one, other) => Number(one.first_year) - Number(other.first_year)).slice(0, MOST_LIVES).map((row) => ({
      label: clusterName(corpus, Number(row.cluster)), from: Number(row.first_year), to: Number(row.last_year),
      note: `${counted(Number(row.documents), 'page')}${row.first_place ? `, ${row.first_place}` : ''}`,
    }))
    body.push(h('section', { class: 'part' }, h('h2', {}, t.lives), spans(shown, t.lives)))
  }
  return { sentence, body }
}

function places(history: History): { sentence: string; body: Node[] } {
  const by = rows(history.entropy_by_place)
  const body: Node[] = []
  if (by.length) {
    body.push(h('p', { class: 'explain' }, t.placesWhat), bars(by.slice(0, 40).map((row) => ({
      label: String(row.place), value: Number(row.entropy), low: Number(row.low), high: Number(row.high),
      note: `${Number(row.entropy).toFixed(2)}, ${counted(Number(row.documents), 'page')}`,
    })), t.placesTitle))
  }
  const moves = rows(history.flows)
  const told = (row: Row) =>
    fill(t.flow, { from: String(row.place_from), to: String(row.place_to), clusters: counted(Number(row.clusters), 'cluster'), year: String(row.first_year) })
  const drawn = moves.slice(0, MOST_FLOWS).map((row) => ({ from: String(row.place_from), to: String(row.place_to), weight: Number(row.clusters), note: told(row) }))
  const list = moves.length
    ? [h('p', { class: 'explain' }, t.flowsWhat), flows(drawn, t.flows), h('details', {}, h('summary', {}, t.inWords), growing(moves, (row) => h('p', {}, said(told(row))), 30))]
    : h('p', {}, t.flowsNone)
  body.push(h('section', { class: 'part' }, h('h2', {}, t.flows), list))
  return { sentence: by.length ? fill(t.places, { place: String(by[0].place) }) : t.placesNone, body }
}

function parameters(corpus: Corpus, history: History): { sentence: string; body: Node[] } {
  const found = rows(history.parameters)
  if (!found.length) return { sentence: t.parametersNone, body: [] }
  const groups = new Map<string, Row[]>()
  for (const row of found) {
    const name = `${row.function}: ${row.parameter}`
    groups.set(name, [...(groups.get(name) ?? []), row])
  }
  const body = [...groups].map(([name, own]) => {
    const line = (row: Row) => {
      const number = corpus.numberOf.get(String(row.doc_id))
      return h(
        'tr',
        {},
        h('td', {}, row.year === null || row.year === undefined ? '' : String(Math.round(Number(row.year)))),
        h('td', { class: 'number figures' }, written(row)),
        h('td', { class: 'number quiet' }, decimal(row)),
        h('td', {}, said(String(row.known_as ?? ''))),
        h('td', {}, number === undefined ? said(String(row.doc_id)) : h('a', { href: address(['page', String(row.doc_id)]) }, said(shortName(corpus, number)))),
      )
    }
    const head = h('tr', {}, [t.year, t.sexagesimal, t.value, t.known, t.page].map((text, k) => h('th', { scope: 'col', class: k === 1 || k === 2 ? 'number' : null }, text)))
    const dated = own.filter((row) => row.year !== null && row.year !== undefined)
    const isDrawn = new Set(dated.map((row) => row.year)).size >= MIN_DATED && new Set(dated.map((row) => row.value)).size > 1
    const points = dated.map((row) => {
      const value = Number(row.value)
      return { x: Number(row.year), y: value, low: Number(row.low ?? value), high: Number(row.high ?? value), label: `${row.doc_id}: ${written(row)}` }
    })
    return h(
      'section',
      { class: 'part' },
      h('h2', {}, said(name)),
      isDrawn ? dots(points, name, (value) => (Number.isInteger(value) ? String(value) : sexagesimal(value, 2))) : null,
      h('div', { class: 'scroller', tabindex: '0', role: 'region', 'aria-label': name }, h('table', { class: 'plain-table parameters' }, h('thead', {}, head), h('tbody', {}, own.slice(0, 200).map(line)))),
    )
  })
  const [pages, functions] = [new Set(found.map((row) => row.doc_id)).size, new Set(found.map((row) => String(row.function)))]
  return { sentence: fill(t.parameters, { pages: counted(pages, 'page'), functions: [...functions].slice(0, 2).join(` ${t.and} the `) }), body }
}

// A whole number as it is; another in sixtieths, with no more places than its range bears out.
function written(row: Row): string {
  const value = Number(row.value)
  if (Number.isInteger(value)) return value.toLocaleString('en-GB').replaceAll(',', '\u202f')
  const [low, high] = [Number(row.low ?? value), Number(row.high ?? value)]
  for (const places of [1, 2]) {
    const rounded = Math.round(value * 60 ** places) / 60 ** places
    if (rounded >= low - 1e-9 && rounded <= high + 1e-9) return sexagesimal(rounded, places)
  }
  return sexagesimal(value, 3)
}

function decimal(row: Row): string {
  return Number.isInteger(Number(row.value)) ? '' : Number(row.value).toPrecision(7).replace(/0+$/, '')
}

// As historians write it: 23;51,20.
export function sexagesimal(value: number, places: number): string {
  const total = Math.round(Math.abs(value) * 60 ** places)
  const two = (one: number) => String(one).padStart(2, '0')
  const parts = Array.from({ length: places }, (_, k) => two(Math.floor(total / 60 ** (places - 1 - k)) % 60))
  return `${value < 0 ? '−' : ''}${Math.floor(total / 60 ** places)};${parts.join(',')}`
}

// A cluster is called after the work most of its pages are of.
function clusterName(corpus: Corpus, cluster: number): string {
  const { documents } = corpus
  const times = new Map<string, number>()
  documents.cluster.forEach((one, number) => {
    const work = one === cluster ? documents.work[number] : null
    if (work) times.set(work, (times.get(work) ?? 0) + 1)
  })
  const [first] = [...times].sort((one, other) => other[1] - one[1] || one[0].localeCompare(other[0]))
  const name = fill(T.map.cluster, { number: cluster + 1 })
  return first ? `${first[0].length > 20 ? `${first[0].slice(0, 19)}…` : first[0]} (${cluster + 1})` : name
}

// No book shares tables with another: how many pages of each are related among themselves.
function alone(corpus: Corpus, within: Map<string, Set<number>>): { sentence: string; body: Node[] } {
  const { work, failed } = corpus.documents
  const pages = new Map<string, number>()
  work.forEach((name, number) => {
    if (name !== null && failed[number] === null) pages.set(name, (pages.get(name) ?? 0) + 1)
  })
  if (!pages.size) return { sentence: t.booksUnknown, body: [h('p', { class: 'explain' }, t.booksUnknownWhat)] }
  if (!within.size) return { sentence: t.booksNone, body: [] }
  const sorted = [...within].sort((one, other) => other[1].size - one[1].size || one[0].localeCompare(other[0]))
  const row = ([name, related]: [string, Set<number>]) =>
    h('p', {}, h('a', { href: address(['findings'], { work: name }) }, said(name)), ': ', fill(t.booksWithin, { related: related.size, pages: counted(pages.get(name) ?? 0, 'page') }))
  return { sentence: t.booksAlone, body: [h('p', { class: 'explain' }, t.booksAloneWhat), growing(sorted, row, 40)] }
}
