// Related pairs: the list of them, what is chosen from it, and how a pair is named and judged in one line.

import { type Corpus, type Pairs, year } from '../corpus'
import { h, said, sentence } from '../dom'
import { choice, growing, section, shortName, thumbnail } from '../parts'
import { address, note, type Route } from '../route'
import { fill, percent, T } from '../strings'
import type { Table } from '../view'

export function pairAddress(corpus: Corpus, a: number, b: number): string {
  return address(['pair', corpus.documents.doc_id[a], corpus.documents.doc_id[b]])
}

export function pairLink(corpus: Corpus, a: number, b: number): HTMLElement {
  return h('a', { href: pairAddress(corpus, a, b) }, said(shortName(corpus, a)), ' — ', said(shortName(corpus, b)))
}

type Order = keyof typeof T.findings.sorts

export function relatedPairs(corpus: Corpus, pairs: Pairs, route: Route, listed: { rows: number[] }): HTMLElement {
  const t = T.findings
  const asked: Record<string, string> = {
    q: route.query.get('q') ?? '',
    verdict: route.query.get('verdict') ?? '',
    work: route.query.get('work') ?? '',
    other: route.query.get('other') ?? '',
    place: route.query.get('place') ?? '',
    function: route.query.get('function') ?? '',
    from: route.query.get('from') ?? '',
    to: route.query.get('to') ?? '',
    sort: route.query.get('sort') ?? 'common',
  }
  const rows = h('div', { 'aria-live': 'polite' })
  const draw = () => {
    const found = select(corpus, pairs, asked)
    listed.rows = found
    rows.replaceChildren(
      h('p', { class: 'quiet' }, fill(t.shown, { shown: found.length, total: pairs.a.length })),
      found.length ? growing(found, (row) => pairRow(corpus, pairs, row)) : h('p', {}, t.nothing),
    )
  }
  const set = (key: string) => (value: string) => {
    asked[key] = value
    note({ [key]: key === 'sort' && value === 'common' ? null : value })
    draw()
  }
  const input = (key: string, label: string, type: string) =>
    h(
      'label',
      { class: 'field' },
      h('span', {}, label),
      h('input', { type, value: asked[key], oninput: (event: Event) => set(key)((event.target as HTMLInputElement).value) }),
    )
  const values = (key: 'work' | 'place' | 'function'): [string, string][] => {
    const there = new Set<string>()
    for (const side of [pairs.a, pairs.b]) {
      for (const number of side) {
        const value = corpus.documents[key][number]
        if (value) there.add(value)
      }
    }
    const sorted = [...there].sort((one, other) => one.localeCompare(other))
    return [['', t.any], ...sorted.map((value): [string, string] => [value, value])]
  }
  const select_ = (key: 'work' | 'place' | 'function') => {
    const options = values(key)
    return options.length > 2 ? choice(t[key], options, asked[key], set(key)) : null
  }
  const verdicts = [...new Set(pairs.verdict)].sort().map((one): [string, string] => [one, t.verdicts[one] ?? one])
  const dated = corpus.documents.year_from.some((one) => one !== null)
  draw()
  return section(
    t.list,
    h('p', { class: 'explain' }, t.listWhat),
    asked.other ? h('p', { class: 'finding' }, sentence(t.between, { a: said(asked.work), b: said(asked.other) }), ' ', h('a', { href: address(['findings'], { sort: null, q: '' }) }, t.all)) : null,
    h(
      'div',
      { class: 'filters', role: 'group', 'aria-label': t.filter },
      input('q', t.words, 'search'),
      verdicts.length > 1 ? choice(t.verdict, [['', t.any], ...verdicts], asked.verdict, set('verdict')) : null,
      select_('work'),
      select_('place'),
      select_('function'),
      dated ? input('from', t.yearFrom, 'number') : null,
      dated ? input('to', t.yearTo, 'number') : null,
      choice(t.sort, Object.entries(t.sorts), asked.sort, set('sort')),
    ),
    rows,
  )
}

function select(corpus: Corpus, pairs: Pairs, asked: Record<string, string>): number[] {
  const { documents } = corpus
  const words = asked.q.toLowerCase().split(/\s+/).filter(Boolean)
  const [from, to] = [asked.from ? Number(asked.from) : null, asked.to ? Number(asked.to) : null]
  const either = (row: number, fits: (number: number) => boolean) => fits(pairs.a[row]) || fits(pairs.b[row])
  const found = pairs.a.map((_, row) => row).filter((row) => {
    if (asked.verdict && pairs.verdict[row] !== asked.verdict) return false
    for (const key of ['work', 'place', 'function'] as const) {
      if (asked[key] && !(key === 'work' && asked.other) && !either(row, (number) => documents[key][number] === asked[key])) return false
    }
    if (asked.other) {
      const [one, other] = [documents.work[pairs.a[row]], documents.work[pairs.b[row]]]
      const isBetween = (one === asked.work && other === asked.other) || (one === asked.other && other === asked.work)
      if (!isBetween) return false
    }
    if (from !== null || to !== null) {
      const inside = (number: number) => {
        const one = year(corpus, number)
        return one !== null && (from === null || one >= from) && (to === null || one <= to)
      }
      if (!either(row, inside)) return false
    }
    const text = words.length ? [pairs.a[row], pairs.b[row]].map((n) => `${documents.doc_id[n]} ${documents.about[n]} ${documents.words[n]} ${documents.heading[n]}`).join(' ').toLowerCase() : ''
    return words.every((word) => text.includes(word))
  })
  const order: Record<Order, (row: number) => number> = {
    common: () => 0,
    errors: (row) => -pairs.errors[row],
    variant: (row) => -pairs.variant[row],
    year: (row) => year(corpus, pairs.a[row]) ?? 9999,
  }
  const by = order[(asked.sort in order ? asked.sort : 'common') as Order]
  return found.sort((one, other) => by(one) - by(other) || one - other)
}

function pairRow(corpus: Corpus, pairs: Pairs, row: number): HTMLElement {
  const [a, b] = [pairs.a[row], pairs.b[row]]
  const side = (number: number) =>
    h(
      'div',
      { class: 'pair-side' },
      thumbnail(corpus, number, 64),
      h('div', {}, h('a', { href: address(['page', corpus.documents.doc_id[number]]) }, said(shortName(corpus, number))), h('p', { class: 'quiet' }, said(corpus.documents.doc_id[number]))),
    )
  const share = pairs.cells[row] ? pairs.same[row] / pairs.cells[row] : 0
  const counts = [pairs.counted[row], pairs.dated[row] ? T.findings.earlier : ''].filter(Boolean).join('; ')
  return h(
    'article',
    { class: 'pair-row' },
    side(a),
    side(b),
    h(
      'div',
      { class: 'pair-what' },
      h('p', { class: 'verdict' }, h('a', { href: pairAddress(corpus, a, b) }, h('span', { class: `sign ${signOf(pairs, row)}`, 'aria-hidden': 'true' }), inShort(pairs, row))),
      h('p', { class: 'quiet' }, h('span', { class: 'bar', 'aria-hidden': 'true', style: { '--share': `${percent(share)}%` } }), counts),
    ),
  )
}

export function pairTable(corpus: Corpus, pairs: Pairs, rows: number[]): Table {
  const { doc_id, about } = corpus.documents
  const head = ['doc_a', 'doc_b', 'about_a', 'about_b', 'verdict', 'strength', 'same', 'cells', 'variant', 'shared_errors']
  const line = (row: number) => {
    const [a, b] = [pairs.a[row], pairs.b[row]]
    return [doc_id[a], doc_id[b], about[a], about[b], pairs.verdict[row], pairs.strength[row], pairs.same[row], pairs.cells[row], pairs.variant[row], pairs.errors[row]]
  }
  return [head, ...rows.map(line)]
}

// Whether the numbers of a pair with one function are said to be computed by two authors.
function isAlike(pairs: Pairs, row: number): boolean {
  return pairs.verdict[row] === 'same function' && pairs.relation[row].startsWith('one function')
}

// A disc that is the fuller the surer a copy is, a ring where copying is open, two lines where both were computed.
function signOf(pairs: Pairs, row: number): string {
  return pairs.verdict[row] === 'copied' ? pairs.strength[row] : isAlike(pairs, row) ? 'alike' : 'open'
}

function inShort(pairs: Pairs, row: number): string {
  const { short } = T.findings
  if (pairs.verdict[row] === 'copied') return short.copied[pairs.strength[row]] ?? short.copied.fair
  return isAlike(pairs, row) ? (short.alike[pairs.strength[row]] ?? short.alike.fair) : short.open
}
