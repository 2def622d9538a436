// Corpus: books against one another, what drives likeness, and the history of tables over time and place.

import { bars, curve, spans } from '../charts'
import { type Corpus, openPairs } from '../corpus'
import { h, said } from '../dom'
import { growing } from '../parts'
import { address, type Route } from '../route'
import { load } from '../shards'
import { fill, percent, T } from '../strings'
import type { View } from '../view'

const t = T.corpus
type Table = { rows: number; columns: Record<string, (string | number | boolean | null)[]> }
type History = Record<string, Table | undefined>
type Row = Record<string, string | number | boolean | null>

const MOST_BOOKS = 60 // in the matrix
const MOST_LIVES = 60

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
    time: () => time(history),
    places: () => places(history),
    parameters: () => parameters(corpus, history),
  }
  const { sentence, body } = await parts[tab]()
  return { title: `${t.tab}: ${t.tabs[tab]}`, sentence, body: [tabs, ...body] }
}

// How many pages of one book are related to one of another; the book with itself stands on the diagonal.
async function books(corpus: Corpus, history: History): Promise<{ sentence: string; body: Node[] }> {
  const shared = rows(history.works)
  if (!shared.length) return { sentence: t.booksNone, body: [] }
  const pairs = await openPairs(corpus)
  const { work } = corpus.documents
  const within = new Map<string, Set<number>>()
  pairs.a.forEach((a, k) => {
    const [one, other] = [work[a], work[pairs.b[k]]]
    if (one !== null && one === other) within.set(one, (within.get(one) ?? new Set()).add(a).add(pairs.b[k]))
  })
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
  const cell = (a: string, b: string) => {
    if (a === b) return h('td', { class: 'quiet' }, within.get(a)?.size ?? '·')
    const [direct, turned] = [cells.get(JSON.stringify([a, b])), cells.get(JSON.stringify([b, a]))]
    const row = direct ?? turned
    if (!row) return h('td')
    const own = Number(direct ? row.related_a : row.related_b)
    const text = fill(t.booksCell, {
      a: String(row.work_a), b: String(row.work_b), relatedA: Number(row.related_a), relatedB: Number(row.related_b),
      pagesA: Number(row.documents_a), pagesB: Number(row.documents_b), copied: Number(row.copied),
    })
    const shade = (0.12 + 0.5 * (own / most)).toFixed(2)
    return h(
      'td',
      { style: { background: `rgb(0 114 178 / ${shade})` } },
      h('a', { href: address(['findings'], { q: `${row.work_a} ${row.work_b}` }), title: text, 'aria-label': text }, own),
    )
  }
  const head = h('tr', {}, h('td'), names.map((name, k) => h('th', { scope: 'col', title: name }, k + 1)))
  const body = names.map((name, k) => h('tr', {}, h('th', { scope: 'row' }, label(name), ` ${k + 1}`), names.map((other) => cell(name, other))))
  const sentences = [...cells.values()].slice(0, 200)
  const list = growing(sentences, (row) =>
    h('p', {}, said(fill(t.booksCell, {
      a: String(row.work_a), b: String(row.work_b), relatedA: Number(row.related_a), relatedB: Number(row.related_b),
      pagesA: Number(row.documents_a), pagesB: Number(row.documents_b), copied: Number(row.copied),
    }))), 12)
  const [first] = shared
  const count = shared.length === 1 ? t.booksPairs.one : fill(t.booksPairs.more, { count: history.works?.rows ?? shared.length })
  return {
    sentence: fill(t.books, { count, a: String(first.work_a), b: String(first.work_b) }),
    body: [h('p', { class: 'explain' }, t.booksWhat), h('div', { class: 'scroller', tabindex: '0', role: 'region', 'aria-label': t.tabs.books }, h('table', { class: 'matrix' }, h('thead', {}, head), h('tbody', {}, body))), h('div', { class: 'part prose' }, list)],
  }
}

function drivers(history: History): { sentence: string; body: Node[] } {
  const all = rows(history.drivers_by)
  const body: Node[] = [h('p', { class: 'explain' }, t.driversWhat)]
  const by = (name: string, partners: string) => all.filter((row) => row.by === name && row.partners === partners)
  const whole = by('corpus', 'all').sort((one, other) => Number(other.share) - Number(one.share))
  body.push(bars(whole.map((row) => ({ label: t.kinds[String(row.kind)] ?? String(row.kind), value: Number(row.share), note: `${percent(Number(row.share), 1)} %` })), t.driversWhat))
  for (const name of ['work', 'year', 'place']) {
    const cells = by(name, 'all').filter((row) => row.kind === 'cell').sort((one, other) => Number(other.relevance) - Number(one.relevance))
    if (cells.length < 2) continue
    const shown = cells.slice(0, 20).map((row) => ({
      label: String(row.value).replace(/\.0$/, ''), value: Number(row.share), note: `${percent(Number(row.share), 1)} % ${t.kinds.cell}, ${row.documents} ${t.documents}`,
    }))
    body.push(h('section', { class: 'part' }, h('h2', {}, fill(t.driversBy, { by: name })), bars(shown, fill(t.driversBy, { by: name }))))
  }
  const [first] = whole
  if (!first) return { sentence: t.none, body }
  const kind = t.kinds[String(first.kind)] ?? String(first.kind)
  return { sentence: fill(t.drivers, { percent: percent(Number(first.share)), kind }), body }
}

function time(history: History): { sentence: string; body: Node[] } {
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
      label: fill(T.map.cluster, { number: Number(row.cluster) + 1 }), from: Number(row.first_year), to: Number(row.last_year),
      note: `${row.documents} ${t.documents}${row.first_place ? `, ${row.first_place}` : ''}`,
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
      note: `${Number(row.entropy).toFixed(2)}, ${row.documents} ${t.documents}`,
    })), t.placesTitle))
  }
  const moves = rows(history.flows)
  const list = moves.length
    ? growing(moves, (row) => h('p', {}, said(fill(t.flow, {
        from: String(row.place_from), to: String(row.place_to), clusters: Number(row.clusters),
        noun: Number(row.clusters) === 1 ? t.clusters.one : t.clusters.more, year: String(row.first_year),
      }))), 30)
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
    const line = (row: Row) =>
      h(
        'tr',
        {},
        h('td', {}, row.year === null || row.year === undefined ? '' : String(Math.round(Number(row.year)))),
        h('td', { class: 'number' }, sexagesimal(Number(row.value))),
        h('td', { class: 'number quiet' }, Number(row.value).toPrecision(8)),
        h('td', {}, said(String(row.known_as ?? ''))),
        h('td', {}, h('a', { href: address(['page', String(row.doc_id)]) }, said(corpus.documents.doc_id[corpus.numberOf.get(String(row.doc_id)) ?? -1] ?? String(row.doc_id)))),
      )
    const head = h('tr', {}, [t.year, t.sexagesimal, t.value, t.known, t.documents].map((text) => h('th', { scope: 'col' }, text)))
    return h(
      'section',
      { class: 'part' },
      h('h2', {}, said(name)),
      h('div', { class: 'scroller', tabindex: '0', role: 'region', 'aria-label': name }, h('table', { class: 'plain-table' }, h('thead', {}, head), h('tbody', {}, own.slice(0, 200).map(line)))),
    )
  })
  const [pages, functions] = [new Set(found.map((row) => row.doc_id)).size, new Set(found.map((row) => String(row.function)))]
  return { sentence: fill(t.parameters, { pages, functions: [...functions].slice(0, 6).join(', ') }), body }
}

// As historians write it: 23;51,20.
export function sexagesimal(value: number): string {
  const total = Math.round(Math.abs(value) * 216000)
  const [whole, first, second, third] = [Math.floor(total / 216000), Math.floor(total / 3600) % 60, Math.floor(total / 60) % 60, total % 60]
  const two = (one: number) => String(one).padStart(2, '0')
  const places = third ? [first, second, third] : second ? [first, second] : [first]
  return `${value < 0 ? '−' : ''}${whole};${places.map(two).join(',')}`
}
