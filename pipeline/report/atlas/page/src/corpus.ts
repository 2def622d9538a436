// The corpus: what every view knows of it. data/README explains the shards.

import type { Specific } from './relevance'
import { load, unpack } from './shards'

export interface Family {
  number: number
  documents: number[]
  witnesses: number
  places: number
  differing: number
  thin: boolean
  sentence: string
  told: string[]
}

interface CorpusShard {
  title: string
  version: string
  schema: string
  made: string
  command: string
  cite: string
  headline: string
  sentences: string[]
  surprises: { kind: string; a: number; b: number; text: string }[]
  nearest: { a: number; b: number; cosine: number; z: number | null }[] // where none are related
  failed: number[]
  counts: Record<'documents' | 'failed' | 'with_tables' | 'pairs' | 'related' | 'families', number>
  shards: { documents: string[]; pairs: string[]; values: string[] }
  images: string
  similarity: { metric: string; constant: number; chosen: 'paper' | 'specific' }
  doubt: number
  sure_variant: number
  max_log_odds: number
  terms: Record<string, string>
}

export interface Documents {
  doc_id: string[]
  source: string[]
  about: string[]
  words: string[] // of the metadata
  heading: string[] // read above and beside the tables
  work: (string | null)[]
  place: (string | null)[]
  year_from: (number | null)[]
  year_to: (number | null)[]
  function: (string | null)[]
  cluster: number[]
  family: number[]
  x: (number | null)[]
  y: (number | null)[]
  is_table: boolean[]
  failed: (string | null)[]
}

export interface Pairs {
  a: number[]
  b: number[]
  relation: string[]
  counted: string[]
  dated: number[]
  verdict: string[]
  strength: string[]
  family: number[]
  same: number[]
  cells: number[]
  variant: number[]
  errors: number[]
  deviations: number[]
}

export interface Corpus extends CorpusShard {
  documents: Documents
  families: Family[]
  specific: Specific
  numberOf: Map<string, number>
}

async function columns<T extends object>(names: string[]): Promise<T> {
  const parts = await Promise.all(names.map((name) => load<Record<string, unknown[]>>(name)))
  const joined: Record<string, unknown[]> = {}
  for (const part of parts) {
    for (const [key, values] of Object.entries(part)) joined[key] = (joined[key] ?? []).concat(values)
  }
  return joined as T
}

export async function openCorpus(): Promise<Corpus> {
  const shard = await load<CorpusShard>('corpus')
  const [documents, families, metric] = await Promise.all([
    columns<Documents>(shard.shards.documents),
    load<Family[]>('families'),
    unpack(shard.similarity.metric, 'f4'),
  ])
  const numberOf = new Map(documents.doc_id.map((name, number) => [name, number]))
  const specific = { metric, constant: shard.similarity.constant }
  return { ...shard, documents, families, specific, numberOf }
}

export function openPairs(corpus: Corpus): Promise<Pairs> {
  return columns<Pairs>(corpus.shards.pairs)
}

export function years(corpus: Corpus, number: number): string {
  const from = corpus.documents.year_from[number]
  const to = corpus.documents.year_to[number]
  if (from === null && to === null) return ''
  if (from === null) return `until ${to}`
  if (to === null) return `from ${from}`
  return from === to ? `${from}` : `${from}–${to}`
}

// The year a document is sorted and coloured by: the middle of what its date may mean.
export function year(corpus: Corpus, number: number): number | null {
  const from = corpus.documents.year_from[number]
  const to = corpus.documents.year_to[number]
  return from !== null && to !== null ? Math.round((from + to) / 2) : (from ?? to)
}
