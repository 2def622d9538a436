// PairSums: how much of the score of a pair is shown, and what is left out, as a bar and in numbers.

import type { Doc } from './document'
import { h } from './dom'
import { type Connection, cosine, type RelevanceMap, score, type Specific, specificScore } from './relevance'
import { counted, fill, percent, T } from './strings'

const t = T.pair
const LEAST = 0.0005 // of all relevance, from which what speaks against likeness is told

export class PairSums {
  readonly body: HTMLElement[]
  private readonly bar = h('div', { class: 'share-bar', 'aria-hidden': 'true' })
  private readonly text = h('p', { class: 'sums' })
  private readonly numbers: string

  constructor(a: Doc, b: Doc, specific: Specific) {
    this.body = [this.bar, this.text]
    const near = a.shard.neighbours.find((one) => one[0] === b.number) ?? b.shard.neighbours.find((one) => one[0] === a.number)
    this.numbers = fill(t.numbers, {
      specific: specificScore(a, b, specific).toFixed(3),
      cosine: cosine(a, b).toFixed(3),
      z: near?.[3] === null || near === undefined ? '' : `, z ${near[3].toFixed(1)}`,
      score: score(a, b).toLocaleString('en-GB', { maximumSignificantDigits: 4 }),
    })
  }

  show(map: RelevanceMap, drawn: Connection[], isSpecific: boolean): void {
    let [plus, minus] = [0, 0]
    for (const one of map.values) {
      if (one > 0) plus += one
      else minus -= one
    }
    const [total, both] = [plus - minus, plus + minus || 1]
    const shown = drawn.reduce((sum, one) => sum + one.relevance, 0)
    const outside = map.score - total
    this.drawBar([
      [t.bar.shown, shown],
      [t.bar.weaker, total - shown],
      [t.bar.outside, outside],
    ])
    const of = (value: number) => (isSpecific ? value.toFixed(3) : percent(map.score ? value / map.score : 0, 1))
    const words = { count: counted(drawn.length, 'connection'), shown: of(shown), left: of(total - shown), outside: of(outside), score: map.score.toFixed(3) }
    this.text.textContent = [
      fill(isSpecific ? t.shownSpecific : t.shown, words),
      minus > LEAST * both ? fill(t.against, { for: percent(plus / both, 1), against: percent(minus / both, 1) }) : t.noneAgainst,
      this.numbers,
    ].join(' ')
  }

  private drawBar(parts: [string, number][]): void {
    const whole = parts.reduce((sum, [, one]) => sum + Math.max(0, one), 0) || 1
    const part = ([name, value]: [string, number]) => {
      const share = Math.max(0, value) / whole
      const isShown = name === t.bar.shown
      if (share < 0.002 && !isShown) return null
      return h('span', { class: isShown ? 'shown' : null, style: { 'flex-grow': String(share) } }, share > 0.09 && !isShown ? name : '')
    }
    this.bar.replaceChildren(...parts.map(part).filter((one): one is HTMLSpanElement => one !== null))
  }
}
