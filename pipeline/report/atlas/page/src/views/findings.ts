// Findings: what the corpus tells, in sentences; families, what stands out, related pairs.

import { type Corpus, openPairs, year } from '../corpus'
import { h, said } from '../dom'
import { growing, section, thumbnail } from '../parts'
import { address, type Route } from '../route'
import { fill, T } from '../strings'
import type { View } from '../view'
import { pairLink, pairTable, relatedPairs } from './related-pairs'

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
  const related = pairs.a.length ? relatedPairs(corpus, pairs, route, listed) : null
  if (related) body.push(related)
  if (corpus.failed.length) body.push(failed(corpus))
  const isAsked = [...route.query.keys()].length > 0
  return { title: t.tab, sentence: corpus.headline, body, opened: () => isAsked && related?.scrollIntoView(), table: related ? () => pairTable(corpus, pairs, listed.rows) : undefined }
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

function failed(corpus: Corpus): HTMLElement {
  const row = (number: number) => {
    const [source, reason] = [corpus.documents.source[number], corpus.documents.failed[number] ?? '']
    const isNamed = reason.startsWith(source.split(/[\\/]/).pop() ?? source)
    return h('li', {}, isNamed ? '' : [said(source), ': '], said(reason))
  }
  const list = growing(corpus.failed, row, 20, 'ul')
  return section(T.findings.failed, h('p', { class: 'explain' }, T.findings.failedWhat), list)
}
