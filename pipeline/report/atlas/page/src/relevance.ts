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
  weighed: Float32Array // regions of a by features, times the scale of a
  others: Float32Array // features by regions of b: what the former are multiplied by
  features: Float32Array // regions of b by features, as they are
}

export function score(a: Doc, b: Doc): number {
  let total = 0
  for (let m = 0; m < WIDTH; m++) total += a.phi[m] * b.phi[m]
  return total
}

export function cosine(a: Doc, b: Doc): number {
  const length = Math.sqrt(score(a, a) * score(b, b))
  return length > 0 ? score(a, b) / length : 0
}

// The similarity that leaves out what tables have in common: docs/method/similarity.md. Relevance is multiplied by a scale of
// each page, and two regions by the metric.
export interface Specific {
  metric: Float32Array // features by features
  constant: number
}

function scaleOf(doc: Doc, { metric, constant }: Specific): Float64Array {
  const damped = Float64Array.from(doc.phi, (one) => Math.log1p(Math.max(0, one) / constant))
  const total = damped.reduce((sum, one) => sum + one, 0)
  const shares = damped.map((one) => one / (total || 1))
  const length = Math.sqrt(Math.max(0, product(shares, metric, shares)))
  if (length < 1e-9 || total === 0) return new Float64Array(WIDTH)
  return damped.map((one, m) => (doc.phi[m] > 0 ? one / doc.phi[m] : 1 / constant) / (total * length))
}

function product(left: Float64Array, metric: Float32Array, right: Float64Array): number {
  let sum = 0
  for (let m = 0; m < WIDTH; m++) {
    if (left[m] === 0) continue
    for (let k = 0; k < WIDTH; k++) sum += left[m] * metric[m * WIDTH + k] * right[k]
  }
  return sum
}

// From -1 to 1.
export function specificScore(a: Doc, b: Doc, specific: Specific): number {
  const [left, right] = [a, b].map((doc) => scaleOf(doc, specific).map((one, m) => one * doc.phi[m]))
  return product(left, specific.metric, right)
}

// R = F_a^T F_b, or, of the specific similarity, (s_a F_a)^T M (s_b F_b).
export function relevanceMap(a: Doc, b: Doc, level: Level, specific?: Specific): RelevanceMap {
  const [left, right] = [pool(a, level), pool(b, level)]
  const [rows, cols] = [left.regions.length, right.regions.length]
  const values = new Float32Array(rows * cols)
  const own = specific ? scaleOf(a, specific) : null
  // feature by feature of a region: factors are sparse
  const transposed = specific ? mixed(right, scaleOf(b, specific), specific.metric) : new Float32Array(WIDTH * cols)
  if (!specific) {
    for (let j = 0; j < cols; j++) for (let m = 0; m < WIDTH; m++) transposed[m * cols + j] = right.values[j * WIDTH + m]
  }
  const weighed = own ? left.values.map((one, k) => one * own[k % WIDTH]) : left.values
  const [ofA, ofB] = [new Float32Array(rows), new Float32Array(cols)]
  let strongest = 0
  for (let i = 0; i < rows; i++) {
    const row = values.subarray(i * cols, (i + 1) * cols)
    for (let m = 0; m < WIDTH; m++) {
      const value = weighed[i * WIDTH + m]
      if (value === 0) continue
      const begin = m * cols
      for (let j = 0; j < cols; j++) row[j] += value * transposed[begin + j]
    }
    for (let j = 0; j < cols; j++) {
      ofA[i] += row[j]
      ofB[j] += row[j]
      strongest = Math.max(strongest, Math.abs(row[j]))
    }
  }
  const whole = specific ? specificScore(a, b, specific) : score(a, b)
  return { a: left.regions, b: right.regions, values, score: whole, ofA, ofB, strongest, weighed, others: transposed, features: right.values }
}

// The metric times the scaled regions: features by regions.
function mixed(pooled: Pooled, scale: Float64Array, metric: Float32Array): Float32Array {
  const count = pooled.regions.length
  const found = new Float32Array(WIDTH * count)
  const column = new Float64Array(WIDTH)
  for (let j = 0; j < count; j++) {
    column.fill(0)
    for (let k = 0; k < WIDTH; k++) {
      const value = pooled.values[j * WIDTH + k] * scale[k]
      if (value === 0) continue
      for (let m = 0; m < WIDTH; m++) column[m] += metric[k * WIDTH + m] * value
    }
    for (let m = 0; m < WIDTH; m++) found[m * count + j] = column[m]
  }
  return found
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
export function featuresOf(map: RelevanceMap, i: number, j: number, count: number): string[] {
  const parts: [number, number][] = []
  for (let m = 0; m < WIDTH; m++) {
    const part = map.weighed[i * WIDTH + m] * map.others[m * map.b.length + j]
    if (part > 0 && map.features[j * WIDTH + m] !== 0) parts.push([part, m])
  }
  parts.sort((one, other) => other[0] - one[0])
  return parts.slice(0, count).map(([, m]) => FEATURES[m])
}
