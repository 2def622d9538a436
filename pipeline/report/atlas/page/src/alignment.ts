// Alignment: how one page is laid over another, from the cells that correspond.

import type { Collation, Doc } from './document'
import type { Bounds } from './viewer'

export const SAME = 0
export const VARIANT = 1

interface Line {
  slope: number
  shift: number
}

export interface Tie {
  cells: number // that it is made from; 0 where the pages are tied by their size alone
  forth: (bounds: Bounds) => Bounds
  back: (bounds: Bounds) => Bounds
}

const MAX_OFF = 0.03 // of the page, by which half of the points may miss the line

// The straight line through points, by least squares; outliers do no harm where most points agree. None where they do
// not: rows that go the other way, or columns in another order.
function fit(from: number[], to: number[], size: number): Line | null {
  let kept = from.map((_, k) => k)
  let line: Line | null = null
  for (let turn = 0; turn < 3; turn++) {
    if (kept.length < 3) return line
    const meanFrom = kept.reduce((sum, k) => sum + from[k], 0) / kept.length
    const meanTo = kept.reduce((sum, k) => sum + to[k], 0) / kept.length
    let [over, under] = [0, 0]
    for (const k of kept) {
      over += (from[k] - meanFrom) * (to[k] - meanTo)
      under += (from[k] - meanFrom) ** 2
    }
    if (under === 0 || over <= 0) return null
    const slope = over / under
    const found = { slope, shift: meanTo - slope * meanFrom }
    const off = kept.map((k) => Math.abs(to[k] - found.slope * from[k] - found.shift)).sort((a, b) => a - b)
    if (off[Math.floor(off.length / 2)] > MAX_OFF * size) return null
    line = found
    const limit = 3 * off[Math.floor(off.length / 2)] + 1
    kept = kept.filter((k) => Math.abs(to[k] - found.slope * from[k] - found.shift) <= limit)
  }
  return line
}

export function tie(a: Doc, b: Doc, collation: Collation | null): Tie {
  const pairs: [number[], number[]][] = []
  for (let k = 0; collation && k < collation.a.length; k++) {
    const [one, other] = [a.byId.get(collation.a[k]), b.byId.get(collation.b[k])]
    if (collation.relation[k] <= VARIANT && one && other) pairs.push([one.box, other.box])
  }
  const middle = (box: number[], axis: number) => (box[axis] + box[axis + 2]) / 2
  const mean = (values: number[]) => values.reduce((sum, one) => sum + one, 0) / values.length
  const at = [0, 1].map((axis) => [pairs.map(([box]) => middle(box, axis)), pairs.map(([, box]) => middle(box, axis))])
  const across = fit(at[0][0], at[0][1], b.width)
  const down = fit(at[1][0], at[1][1], b.height)
  if (!down) return byShare(a, b)
  const y = down
  // columns may stand in another order: then the middles of the tables correspond
  const beside = { slope: y.slope, shift: mean(at[0][1]) - y.slope * mean(at[0][0]) }
  const x = across ?? beside
  return {
    cells: pairs.length,
    forth: (one) => ({ x: x.slope * one.x + x.shift, y: y.slope * one.y + y.shift, width: one.width * y.slope }),
    back: (one) => ({ x: (one.x - x.shift) / x.slope, y: (one.y - y.shift) / y.slope, width: one.width / y.slope }),
  }
}

// Where no rows correspond: the same share of either page.
function byShare(a: Doc, b: Doc): Tie {
  const [x, y] = [b.width / a.width, b.height / a.height]
  const scale = Math.max(x, y)
  return {
    cells: 0,
    forth: (one) => ({ x: one.x * x, y: one.y * y, width: one.width * scale }),
    back: (one) => ({ x: one.x / x, y: one.y / y, width: one.width / scale }),
  }
}
