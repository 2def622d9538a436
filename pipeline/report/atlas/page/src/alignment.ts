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

// The straight line through points, by least squares; outliers do no harm where most points agree.
function fit(from: number[], to: number[]): Line | null {
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
    line = found
    const off = kept.map((k) => Math.abs(to[k] - found.slope * from[k] - found.shift)).sort((a, b) => a - b)
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
  const lines = [0, 1].map((axis) => fit(pairs.map(([box]) => middle(box, axis)), pairs.map(([, box]) => middle(box, axis))))
  const scale = b.height / a.height
  const [x, y] = [
    lines[0] ?? { slope: scale, shift: (b.width - scale * a.width) / 2 },
    lines[1] ?? { slope: scale, shift: 0 },
  ]
  return {
    cells: lines[0] && lines[1] ? pairs.length : 0,
    forth: (one) => ({ x: x.slope * one.x + x.shift, y: y.slope * one.y + y.shift, width: one.width * y.slope }),
    back: (one) => ({ x: (one.x - x.shift) / x.slope, y: (one.y - y.shift) / y.slope, width: one.width / y.slope }),
  }
}
