// Verdict: what collation says of two pages, in sentences.

import type { Corpus } from './corpus'
import type { Collation, Doc } from './document'
import { h, said } from './dom'
import { about } from './parts'
import { address } from './route'
import { counted, fill, T } from './strings'

const t = T.pair
const ALIKE = -0.7 // logarithm of the odds, from which numbers are said to be computed alike

export function pairKicker(corpus: Corpus, one: number, other: number): (Node | string)[] {
  const side = (letter: string, number: number) => [
    h('b', {}, letter),
    ' ',
    h('a', { href: address(['page', corpus.documents.doc_id[number]]) }, said(corpus.documents.doc_id[number])),
    ' ',
    said(about(corpus, number)),
  ]
  return [...side('A', one), h('br'), ...side('B', other)]
}

// The other way round: what was of a is of b.
export function turn(collation: Collation): Collation {
  const place = Int16Array.from(collation.place, (_, k) => collation.place[k % 6 < 3 ? k + 3 : k - 3])
  const swapped = [0, 1, 3, 2, 4]
  const errs = [0, 1, 3, 2, 4]
  return {
    ...collation,
    a: collation.b,
    b: collation.a,
    place,
    relation: collation.relation.map((one) => swapped[one]),
    errorIn: collation.errorIn.map((one) => errs[one]),
    texts: new Map([...collation.texts].map(([row, [a, b, computed]]) => [row, [b, a, computed]])),
  }
}

export function alignmentOf(doc: Doc, other: number): Doc['shard']['alignments'][number] | undefined {
  return doc.shard.alignments.find((one) => one[0] === other)
}

export function verdict(doc: Doc, other: number): string {
  const found = alignmentOf(doc, other)
  if (!found) return t.notCollated
  const [, isKin, word, strength, odds] = found
  if (!isKin) return word === 'too little' ? t.little : t.unrelated
  if (word === 'copied') return t.copied[strength] ?? t.copied.fair
  return odds <= ALIKE ? (t.alike[strength] ?? t.alike.fair) : t.open
}

// The same in a few words.
export function inShort(alignment: Doc['shard']['alignments'][number]): string {
  const [, isKin, word, strength, odds] = alignment
  const { short, distant } = T.findings
  if (!isKin) return distant[word] ?? distant.unrelated
  if (word === 'copied') return short.copied[strength] ?? short.copied.fair
  return odds <= ALIKE ? (short.alike[strength] ?? short.alike.fair) : short.open
}

// How many cells agree, and how surely the pages were copied.
// Odds are told in round numbers, and no greater ones than is borne out, as on the command line.
export function agreement(corpus: Corpus, doc: Doc, other: number): string[] {
  const found = alignmentOf(doc, other)
  if (!found?.[1]) return []
  const [, , , , odds, same, variant, doubtful, errors] = found
  const lines = [fill(t.agree, { same, cells: counted(same + variant + doubtful, 'cell') })]
  if (variant) lines.push(fill(variant === 1 ? t.differs : t.differ, { variant }))
  if (doubtful) lines.push(fill(doubtful === 1 ? t.doubtfulOne : t.doubtful, { doubtful }))
  if (errors) lines.push(fill(t.errors, { errors: counted(errors, 'error') }))
  const times = Math.exp(Math.min(corpus.max_log_odds, Math.abs(odds)))
  if (times >= 2) {
    const towards = odds > 0 ? t.towards.copied : t.towards.alike
    const most = Math.abs(odds) >= corpus.max_log_odds ? t.more : ''
    const round = times < 20 ? Math.floor(times) : Math.floor(times / 10) * 10
    lines.push(fill(t.odds, { odds: `${most}${round}`, towards }))
  }
  return lines
}
