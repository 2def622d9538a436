// What a pair's view says of regions: how much of the likeness is theirs, and with whom.

import type { Doc } from '../document'
import { regionName } from '../parts'
import { type Connection, featuresOf, type RelevanceMap } from '../relevance'
import { fill, percent, T } from '../strings'

const t = T.pair

export class RelevanceWords {
  // isSpecific: whether relevance is of the specific similarity, whose parts are no shares of a whole.
  constructor(
    private readonly docs: readonly [Doc, Doc],
    private readonly map: RelevanceMap,
    private readonly isSpecific: boolean,
  ) {}

  // A region of one side, and those of the other that it has most in common with.
  ofRegion(side: 0 | 1, index: number, partners: Connection[]): string {
    const own = (side === 0 ? this.map.a : this.map.b)[index]
    const sum = (side === 0 ? this.map.ofA : this.map.ofB)[index]
    const best = partners.filter((one) => one.relevance > 0)
    const names = best.map((one) => {
      const region = side === 0 ? this.map.b[one.j] : this.map.a[one.i]
      return `${regionName(this.docs[1 - side], region)} (${this.part(one.relevance, 2)})`
    })
    return fill(sum < 0 ? t.pointedAgainst : names.length ? t.pointed : t.pointedAlone, {
      region: `${side === 0 ? 'A' : 'B'}, ${regionName(this.docs[side], own)},`,
      share: this.share(sum, 2),
      partners: names.join('; '),
    })
  }

  // A region of one page with a region of the other.
  ofConnection({ i, j, relevance }: Connection): string {
    const digits = featuresOf(this.map, i, j, 5)
    const [a, b] = [regionName(this.docs[0], this.map.a[i]), regionName(this.docs[1], this.map.b[j])]
    return fill(digits.length ? t.entry : t.entryNone, { a, b, share: this.share(relevance, 3), digits: digits.join(', ') })
  }

  // A part of the likeness: of the score in percent, of the specific one as it is.
  part(relevance: number, places: number): string {
    return this.isSpecific ? relevance.toFixed(places + 2) : `${percent(relevance / (this.map.score || 1), places)} %`
  }

  private share(relevance: number, places: number): string {
    const share = this.isSpecific ? relevance.toFixed(places + 2) : percent(relevance / (this.map.score || 1), places)
    return fill(this.isSpecific ? t.ofSpecific : t.ofScore, { share })
  }
}
