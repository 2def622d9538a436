// A document: its regions, digits and factor, unpacked.

import { load, pictureAddress, unpack } from './shards'

export const KINDS = ['outside', 'page_number', 'header', 'row', 'column', 'cell', 'margin'] as const
export const CELL = 5
export const HEADER = 2
export const ROW = 3
export const COLUMN = 4

export type Box = [number, number, number, number]

export interface Region {
  index: number
  id: number
  kind: number
  table: number
  row: number
  col: number
  box: Box
  confidence: number
  share: number
  text: string
  printed: string
}

export interface Digit {
  digit: number
  score: number
  other: number
  otherScore: number
  region: number
  box: Box
}

export interface Collation {
  a: Int16Array
  b: Int16Array
  place: Int16Array
  relation: Uint8Array
  confidence: Uint16Array
  errorIn: Uint8Array
  texts: Map<number, [string, string, string]>
}

interface Packed {
  [name: string]: string
}

export interface Shard {
  doc_id: string
  metadata: Record<string, string>
  picture: {
    kind: 'file' | 'service' | 'none'
    file?: string
    small?: string
    tiles?: string
    levels?: [number, number][]
    tile?: number
    service?: { address: string; version: number }
    reason?: string
  }
  width: number
  height: number
  page: {
    orientation: number
    skew: number | null
    digit_height: number | null
    is_table: boolean
    flags: [string, string][]
    functions: string[]
  }
  regions: Packed & { text: string[] & string; printed: Record<string, string> & string }
  digits: Packed
  factor: Packed & { scale: number & string }
  phi: string
  parts: [string, string, number][] // of what its likeness to others is made: part, function, share
  checks: [number, string, number | null, string, string][]
  neighbours: [number, number, number, number | null, number][]
  alignments: [number, number, string, string, number, number, number, number, number, number][]
  collations: Record<string, Packed & { texts: [number, string, string, string][] & string }>
}

export interface Doc {
  number: number
  name: string
  shard: Shard
  width: number
  height: number
  regions: Region[]
  byId: Map<number, Region>
  cells: Region[]
  tables: number[]
  phi: Float32Array
  factor: { scale: number; region: Uint16Array; feature: Uint8Array; value: Int16Array }
}

const opened = new Map<number, Promise<Doc>>()

// The shard of a document as it is: enough to show its picture.
export function openShard(number: number): Promise<Shard> {
  const place = String(number).padStart(5, '0')
  const folder = String(Math.floor(number / 1000)).padStart(3, '0')
  return load<Shard>(`doc/${folder}/${place}`)
}

// Where the cells of a page stand.
export async function cellBoxes(shard: Shard): Promise<Box[]> {
  const [kind, box] = await Promise.all([unpack(shard.regions.kind, 'u1'), unpack(shard.regions.box, 'u2')])
  return boxes(box).filter((_, k) => kind[k] === CELL)
}

function boxes(values: Uint16Array): Box[] {
  return Array.from({ length: values.length / 4 }, (_, k) => Array.from(values.subarray(4 * k, 4 * k + 4)) as Box)
}

async function open(number: number): Promise<Doc> {
  const shard = await openShard(number)
  const packed = shard.regions
  const [id, kind, table, row, col, box, confidence, share, phi, region, feature, value] = await Promise.all([
    unpack(packed.id, 'u2'),
    unpack(packed.kind, 'u1'),
    unpack(packed.table, 'i2'),
    unpack(packed.row, 'i2'),
    unpack(packed.col, 'i2'),
    unpack(packed.box, 'u2'),
    unpack(packed.confidence, 'u2'),
    unpack(packed.share, 'i2'),
    unpack(shard.phi, 'f4'),
    unpack(shard.factor.region, 'u2'),
    unpack(shard.factor.feature, 'u1'),
    unpack(shard.factor.value, 'i2'),
  ])
  const placed = boxes(box)
  const texts: string[] = packed.text
  const printed: Record<string, string> = packed.printed
  const regions: Region[] = placed.map((own, k) => ({
    index: k,
    id: id[k],
    kind: kind[k],
    table: table[k],
    row: row[k],
    col: col[k],
    box: own,
    confidence: confidence[k] / 1000,
    share: share[k] / 30000,
    text: texts[k],
    printed: printed[String(k)] ?? texts[k],
  }))
  const cells = regions
    .filter((one) => one.kind === CELL)
    .sort((one, other) => one.table - other.table || one.row - other.row || one.col - other.col)
  return {
    number,
    name: shard.doc_id,
    shard,
    width: shard.width,
    height: shard.height,
    regions,
    byId: new Map(regions.map((one) => [one.id, one])),
    cells,
    tables: [...new Set(cells.map((cell) => cell.table))],
    phi,
    factor: { scale: Number(shard.factor.scale), region, feature, value },
  }
}

export function openDocument(number: number): Promise<Doc> {
  let promise = opened.get(number)
  if (!promise) {
    if (opened.size > 60) opened.delete(opened.keys().next().value as number)
    promise = open(number)
    promise.catch(() => opened.delete(number))
    opened.set(number, promise)
  }
  return promise
}

export async function digitsOf(doc: Doc): Promise<Digit[]> {
  const packed = doc.shard.digits
  const [digit, score, other, otherScore, region, box] = await Promise.all([
    unpack(packed.digit, 'u1'),
    unpack(packed.score, 'u2'),
    unpack(packed.other, 'i1'),
    unpack(packed.other_score, 'u2'),
    unpack(packed.region, 'u2'),
    unpack(packed.box, 'u2'),
  ])
  return boxes(box).map((own, k) => ({
    digit: digit[k],
    score: score[k] / 1000,
    other: other[k],
    otherScore: otherScore[k] / 1000,
    region: region[k],
    box: own,
  }))
}

// The aligned cells of two documents, `a` being the one with the smaller number; null where they are not related.
export async function collationOf(a: Doc, b: Doc): Promise<Collation | null> {
  const packed = a.shard.collations[String(b.number)]
  if (!packed) return null
  const [regionA, regionB, place, relation, confidence, errorIn] = await Promise.all([
    unpack(packed.a, 'i2'),
    unpack(packed.b, 'i2'),
    unpack(packed.place, 'i2'),
    unpack(packed.relation, 'u1'),
    unpack(packed.confidence, 'u2'),
    unpack(packed.error_in, 'u1'),
  ])
  const rows: [number, string, string, string][] = packed.texts
  const texts = new Map(rows.map(([row, ...own]) => [row, own]))
  return { a: regionA, b: regionB, place, relation, confidence, errorIn, texts }
}

export interface Picture {
  address: string
  small: string
}

const SHOWN = 2000 // pixels asked of a library

export function pictureOf(shard: Shard): Picture | null {
  const { picture } = shard
  if (picture.kind === 'file') {
    return { address: pictureAddress(picture.file ?? ''), small: pictureAddress(picture.small ?? '') }
  }
  if (picture.kind === 'service' && picture.service) {
    const { address } = picture.service
    const width = Math.min(shard.width, Math.round((SHOWN * shard.width) / Math.max(shard.width, shard.height)))
    const small = picture.small ? pictureAddress(picture.small) : `${address}/full/200,/0/default.jpg`
    return { address: `${address}/full/${width},/0/default.jpg`, small }
  }
  return null
}
