// Layers of a pair of pages: how much of the likeness a region has, and where the readings agree.

import { SAME, VARIANT } from '../alignment'
import type { Collation, Doc, Region } from '../document'
import { rectangle } from '../parts'
import type { Level } from '../relevance'

const FAINT = 0.02 // of the largest relevance: less is not drawn

// Regions by their relevance, the strongest darkest.
export function heat(regions: Region[], values: number[], level: Level): SVGElement[] {
  const most = Math.max(1e-12, ...values.map(Math.abs))
  const ink = level === 'cell' ? 0.5 : 0.32 // of long bands less, so that what is printed can be read
  const shapes = regions.map((one, k) => {
    const strength = Math.abs(values[k]) / most
    return strength < FAINT ? null : rectangle(one.box, { class: values[k] < 0 ? 'against' : 'for', 'fill-opacity': (ink * strength).toFixed(3) })
  })
  return shapes.filter((one): one is SVGElement => one !== null)
}

// Cells of either page that differ, and with `withSame` those that agree.
export function collationMarks(a: Doc, b: Doc, collation: Collation, sureFrom: number, withSame: boolean): [SVGElement[], SVGElement[]] {
  const shapes: [SVGElement[], SVGElement[]] = [[], []]
  for (let k = 0; k < collation.a.length; k++) {
    const isSame = collation.relation[k] === SAME
    if (collation.relation[k] > VARIANT || (isSame && !withSame)) continue
    const [one, other] = [a.byId.get(collation.a[k]), b.byId.get(collation.b[k])]
    const kind = isSame ? 'line agreeing' : collation.confidence[k] / 1000 >= sureFrom ? 'line differing' : 'line doubtful'
    if (one) shapes[0].push(rectangle(one.box, { class: kind }))
    if (other) shapes[1].push(rectangle(other.box, { class: kind }))
  }
  return shapes
}

// Where regions lie over one another, the smaller is meant.
export function smallestFirst(regions: Region[]): Region[] {
  const size = (one: Region) => (one.box[2] - one.box[0]) * (one.box[3] - one.box[1])
  return [...regions].sort((one, other) => size(one) - size(other))
}
