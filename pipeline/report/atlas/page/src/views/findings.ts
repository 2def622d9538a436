// Findings: what the corpus tells, in sentences; families, what stands out, all related pairs.

import { type Corpus, openPairs, type Pairs, year } from '../corpus'
import { h, said, sentence } from '../dom'
import { choice, growing, section, shortName, thumbnail } from '../parts'
import { address, note, type Route } from '../route'
import { fill, percent, T } from '../strings'
import type { Table, View } from '../view'

const CARDS = 6 // pages of a family that are shown

export async function openFindings(corpus: Corpus, route: Route): Promise<View> {
  const pairs = await openPairs(corpus)
  const t = T.findings
  const body: Node[] = []
  if (corpus.sentences.length) {
    body.push(h('div', { class: 'prose lead' }, corpus.sentences.map((text) => h('p', {}, text))))
  }
  if (!pairs.a.length) body.push(nobody(corpus))
  body.push(counts(corpus))
  if (corpus.nearest.length) body.push(nearest(corpus))
  if (corpus.families.length) body.push(families(corpus))
  if (corpus.surprises.length) body.push(surprises(corpus))
  const listed = { rows: [] as number[] }
  const related = pairs.a.length ? list(corpus, pairs, route, listed) : null
  if (related) body.push(related)
  if (corpus.failed.length) body.push(failed(corpus))
  const isAsked = [...route.query.keys()].length > 0
  return { title: t.tab, sentence: corpus.headline, body, opened: () => isAsked && related?.scrollIntoView(), table: related ? () => table(corpus, pairs, listed.rows) : undefined }
}

function nobody(corpus: Corpus): HTMLElement {
  const t = T.findings
  const read = corpus.counts.documents - corpus.counts.failed
  if (read < 2) {
    const told = corpus.counts.documents === 0 ? t.empty : read === 0 ? t.noneRead : t.one
    return h('div', { class: 'prose lead' }, h('p', {}, told))
  }
  return h(
    'div',
    { class: 'prose lead' },
    h('p', {}, t.none),
    corpus.nearest.length ? h('p', {}, t.nearest) : null,
  )
}

function nearest(corpus: Corpus): HTMLElement {
  const t = T.findings
  const row = ({ a, b, cosine, z }: Corpus['nearest'][number]) =>
    h(
      'li',
      {},
      h('span', { class: 'thumbs' }, thumbnail(corpus, a, 96), thumbnail(corpus, b, 96)),
      h('div', {}, h('p', {}, pairLink(corpus, a, b)), h('p', { class: 'quiet' }, fill(t.near, { cosine: cosine.toFixed(3), z: z === null ? '—' : z.toFixed(1) }))),
    )
  return section(t.nearestTitle, h('p', { class: 'explain' }, corpus.terms.z), h('ul', { class: 'surprises' }, corpus.nearest.map(row)))
}

function counts(corpus: Corpus): HTMLElement {
  const { counts: n } = corpus
  const shown: [number, string][] = [
    [n.documents, T.counts.documents[n.documents === 1 ? 0 : 1]],
    [n.with_tables, T.counts.tables],
    [n.pairs, T.counts.pairs[n.pairs === 1 ? 0 : 1]],
    [n.related, T.counts.related[n.related === 1 ? 0 : 1]],
    [n.families, T.counts.families[n.families === 1 ? 0 : 1]],
  ]
  if (n.failed) shown.push([n.failed, T.counts.failed])
  return h('ul', { class: 'counts' }, shown.map(([number, name]) => h('li', {}, h('b', {}, number.toLocaleString('en-GB')), ' ', name)))
}

function families(corpus: Corpus): HTMLElement {
  const card = (family: Corpus['families'][number]) =>
    h(
      'a',
      { class: 'card', href: address(['family', family.number]) },
      h('span', { class: 'thumbs' }, family.documents.slice(0, CARDS).map((number) => thumbnail(corpus, number, 104))),
      h('span', { class: 'card-name' }, said(familyName(corpus, family.documents))),
      h('span', { class: 'quiet' }, family.sentence),
    )
  return section(T.findings.families, h('p', { class: 'explain' }, T.findings.familiesWhat), growingCards(corpus.families, card))
}

function growingCards<Item>(items: Item[], make: (item: Item) => Node): HTMLElement {
  const list = growing(items, make, 12)
  list.firstElementChild?.classList.add('cards')
  return list
}

// A family is called after the work most of its pages are of, with its years.
export function familyName(corpus: Corpus, documents: number[]): string {
  const times = new Map<string, number>()
  for (const number of documents) {
    const work = corpus.documents.work[number]
    if (work) times.set(work, (times.get(work) ?? 0) + 1)
  }
  const known = documents.map((number) => year(corpus, number)).filter((one): one is number => one !== null)
  const span = known.length ? `${Math.min(...known)}–${Math.max(...known)}` : ''
  const [work] = [...times.entries()].sort((one, other) => other[1] - one[1] || one[0].localeCompare(other[0]))[0] ?? ['']
  const name = work || corpus.documents.doc_id[documents[0]] || ''
  return span ? `${name}, ${span}` : name
}

function surprises(corpus: Corpus): HTMLElement {
  return section(
    T.findings.surprises,
    h(
      'ul',
      { class: 'surprises' },
      corpus.surprises.map((one) =>
        h(
          'li',
          {},
          h('span', { class: 'thumbs' }, thumbnail(corpus, one.a, 72), thumbnail(corpus, one.b, 72)),
          h(
            'div',
            {},
            h('p', { class: 'finding' }, one.text),
            h('p', { class: 'quiet' }, pairLink(corpus, one.a, one.b)),
          ),
        ),
      ),
    ),
  )
}

export function pairAddress(corpus: Corpus, a: number, b: number): string {
  return address(['pair', corpus.documents.doc_id[a], corpus.documents.doc_id[b]])
}

function pairLink(corpus: Corpus, a: number, b: number): HTMLElement {
  return h('a', { href: pairAddress(corpus, a, b) }, said(shortName(corpus, a)), ' — ', said(shortName(corpus, b)))
}

function failed(corpus: Corpus): HTMLElement {
  const row = (number: number) => {
    const [source, reason] = [corpus.documents.source[number], corpus.documents.failed[number] ?? '']
    const isNamed = reason.startsWith(source.split(/[\\/]/).pop() ?? source)
    return h('li', {}, isNamed ? '' : [said(source), ': '], said(reason))
  }
  const list = growing(corpus.failed, row, 20, 'ul')
  return section(T.findings.failed, h('p', { class: 'explain' }, T.findings.failedWhat), list)
}

type Order = keyof typeof T.findings.sorts

function list(corpus: Corpus, pairs: Pairs, route: Route, listed: { rows: number[] }): HTMLElement {
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

export function pairRow(corpus: Corpus, pairs: Pairs, row: number): HTMLElement {
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

function table(corpus: Corpus, pairs: Pairs, rows: number[]): Table {
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
