// Relevance: the joint relevance of the regions of two pages, R = F_a^T F_b, from their factors.

import { CELL, COLUMN, type Doc, HEADER, ROW, type Region } from './document'

export type Level = 'cell' | 'row' | 'column'
export const LEVELS: Level[] = ['cell', 'row', 'column']
export const FEATURES = [
  ...Array.from({ length: 10 }, (_, k) => String(k)),
  ...Array.from({ length: 100 }, (_, k) => String(k).padStart(2, '0')),
]
const WIDTH = FEATURES.length

export interface Pooled {
  regions: Region[]
  values: Float32Array // regions by features
}

// The factor of a document at a level: cells and headers each by itself, rows and columns as sums over their cells.
export function pool(doc: Doc, level: Level): Pooled {
  const kind = level === 'row' ? ROW : COLUMN
  const regions = doc.regions.filter((one) =>
    level === 'cell' ? one.kind === CELL || one.kind === HEADER : one.kind === kind,
  )
  const place = new Map<string, number>()
  regions.forEach((one, k) => {
    place.set(level === 'cell' ? `${one.id}` : `${one.table}:${level === 'row' ? one.row : one.col}`, k)
  })
  const owner = new Map<number, number>()
  for (const one of doc.regions) {
    if (level !== 'cell' && one.kind !== CELL) continue
    const key = level === 'cell' ? `${one.id}` : `${one.table}:${level === 'row' ? one.row : one.col}`
    const own = place.get(key)
    if (own !== undefined) owner.set(one.id, own)
  }
  const values = new Float32Array(regions.length * WIDTH)
  const { scale, region, feature, value } = doc.factor
  for (let k = 0; k < value.length; k++) {
    const own = owner.get(region[k])
    if (own !== undefined) values[own * WIDTH + feature[k]] += value[k] * scale
  }
  return { regions, values }
}

export interface RelevanceMap {
  a: Region[]
  b: Region[]
  values: Float32Array // a by b
  score: number // of the whole pages: what all regions add up to
  ofA: Float32Array // sums over the regions of b
  ofB: Float32Array
  strongest: number
}

// What a page shares with everybody: digits as the average page of the corpus has them, as shares that sum to 1.
export function averageShares(mean: Float32Array): Float32Array {
  const total = mean.reduce((sum, one) => sum + one, 0)
  return mean.map((one) => (total > 0 ? one / total : 0))
}

export function score(a: Doc, b: Doc): number {
  let total = 0
  for (let m = 0; m < WIDTH; m++) total += a.phi[m] * b.phi[m]
  return total
}

// How much of the score either page would have with the average page in place of the other: what they share with all.
export function commonScore(a: Doc, b: Doc, shares: Float32Array): number {
  let [totalA, totalB, withA, withB] = [0, 0, 0, 0]
  for (let m = 0; m < WIDTH; m++) {
    totalA += a.phi[m]
    totalB += b.phi[m]
    withA += a.phi[m] * shares[m]
    withB += b.phi[m] * shares[m]
  }
  return (withA * totalB + withB * totalA) / 2
}

export function cosine(a: Doc, b: Doc): number {
  const length = Math.sqrt(score(a, a) * score(b, b))
  return length > 0 ? score(a, b) / length : 0
}

// R = F_a^T F_b. With the shares of the average page, of every entry what the two regions have with that page in place
// of the other is left out: R_ij - (s_j f_i.m + s_i f_j.m) / 2, where s sums a region's relevance over the digits.
export function relevanceMap(a: Doc, b: Doc, level: Level, shares?: Float32Array): RelevanceMap {
  const [left, right] = [pool(a, level), pool(b, level)]
  const [rows, cols] = [left.regions.length, right.regions.length]
  const values = new Float32Array(rows * cols)
  // feature by feature of a region: factors are sparse
  const transposed = new Float32Array(WIDTH * cols)
  for (let j = 0; j < cols; j++) for (let m = 0; m < WIDTH; m++) transposed[m * cols + j] = right.values[j * WIDTH + m]
  const [ofA, ofB] = [new Float32Array(rows), new Float32Array(cols)]
  const [common, others] = [shares && withAverage(left, shares), shares && withAverage(right, shares)]
  let strongest = 0
  for (let i = 0; i < rows; i++) {
    const row = values.subarray(i * cols, (i + 1) * cols)
    for (let m = 0; m < WIDTH; m++) {
      const own = left.values[i * WIDTH + m]
      if (own === 0) continue
      const begin = m * cols
      for (let j = 0; j < cols; j++) row[j] += own * transposed[begin + j]
    }
    if (common && others) {
      for (let j = 0; j < cols; j++) row[j] -= (common.shared[i] * others.total[j] + others.shared[j] * common.total[i]) / 2
    }
    for (let j = 0; j < cols; j++) {
      ofA[i] += row[j]
      ofB[j] += row[j]
      strongest = Math.max(strongest, Math.abs(row[j]))
    }
  }
  return { a: left.regions, b: right.regions, values, score: score(a, b), ofA, ofB, strongest }
}

// Of each region the sum of its relevance, and its relevance with the average page.
function withAverage(pooled: Pooled, shares: Float32Array): { total: Float32Array; shared: Float32Array } {
  const count = pooled.regions.length
  const [total, shared] = [new Float32Array(count), new Float32Array(count)]
  for (let i = 0; i < count; i++) {
    for (let m = 0; m < WIDTH; m++) {
      total[i] += pooled.values[i * WIDTH + m]
      shared[i] += pooled.values[i * WIDTH + m] * shares[m]
    }
  }
  return { total, shared }
}

export interface Connection {
  i: number // of the regions of a
  j: number // of those of b
  relevance: number
}

// The strongest entries of a map, those of equal relevance in the order of regions.
export function strongest(map: RelevanceMap, count: number): Connection[] {
  const cols = map.b.length
  const found: Connection[] = []
  let least = 0
  for (let k = 0; k < map.values.length; k++) {
    const relevance = map.values[k]
    if (Math.abs(relevance) <= least && found.length >= count) continue
    if (relevance === 0) continue
    found.push({ i: Math.floor(k / cols), j: k % cols, relevance })
    if (found.length >= 4 * count + 64) {
      found.sort((one, other) => Math.abs(other.relevance) - Math.abs(one.relevance))
      found.length = count
      least = Math.abs(found[count - 1].relevance)
    }
  }
  found.sort((one, other) => Math.abs(other.relevance) - Math.abs(one.relevance) || one.i - other.i || one.j - other.j)
  return found.slice(0, count)
}

// The digits that two regions have in common, those that matter most first.
export function featuresOf(left: Pooled, i: number, right: Pooled, j: number, count: number): string[] {
  const parts: [number, number][] = []
  for (let m = 0; m < WIDTH; m++) {
    const part = left.values[i * WIDTH + m] * right.values[j * WIDTH + m]
    if (part > 0) parts.push([part, m])
  }
  parts.sort((one, other) => other[0] - one[0])
  return parts.slice(0, count).map(([, m]) => FEATURES[m])
}
