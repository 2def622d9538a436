// Connections of a pair: which of them are shown, whom a region has most in common with, and their list.

import type { Doc } from '../document'
import { h, said } from '../dom'
import { growing, regionName } from '../parts'
import { type Connection, featuresOf, type RelevanceMap } from '../relevance'
import { T } from '../strings'
import type { Table } from '../view'
import type { RelevanceWords } from './relevance-words'

const OF_REGION = 2 // connections of one region, so that no busy cell hides the others
const LISTED = 200
const FEATURES = 5 // digits that are named of a connection

// The first connections of each region, in their order.
export function fewOfEach(connections: Connection[]): Connection[] {
  const [ofA, ofB] = [new Map<number, number>(), new Map<number, number>()]
  return connections.filter(({ i, j }) => {
    const [one, other] = [ofA.get(i) ?? 0, ofB.get(j) ?? 0]
    if (one >= OF_REGION || other >= OF_REGION) return false
    ofA.set(i, one + 1)
    ofB.set(j, other + 1)
    return true
  })
}

// Relevance of a region of the first page with one of the second.
export function relevanceOf(map: RelevanceMap, i: number, j: number): number {
  return map.values[i * map.b.length + j]
}

// The connections of one region, strongest first.
export function partnersOf(map: RelevanceMap, side: 0 | 1, index: number, count: number): Connection[] {
  const others = side === 0 ? map.b : map.a
  return others
    .map((_, k) => {
      const [i, j] = side === 0 ? [index, k] : [k, index]
      return { i, j, relevance: relevanceOf(map, i, j) }
    })
    .filter((one) => one.relevance !== 0)
    .sort((one, other) => Math.abs(other.relevance) - Math.abs(one.relevance))
    .slice(0, count)
}

// Connections as a list, each of which can be chosen.
export function connectionList(connections: Connection[], docs: [Doc, Doc], map: RelevanceMap, words: RelevanceWords, choose: (one: Connection) => void): HTMLElement {
  const row = (one: Connection) =>
    h(
      'button',
      { type: 'button', class: 'connection', onclick: () => choose(one) },
      h('span', { class: one.relevance < 0 ? 'share against' : 'share' }, words.part(one.relevance, 2)),
      h('span', {}, said(regionName(docs[0], map.a[one.i]))),
      h('span', {}, said(regionName(docs[1], map.b[one.j]))),
      h('span', { class: 'quiet' }, `${T.pair.common} ${featuresOf(map, one.i, one.j, FEATURES).join(' ')}`),
    )
  return growing(connections.slice(0, LISTED), row, 12)
}

// Connections as a table to take away.
export function connectionTable(connections: Connection[], [a, b]: [Doc, Doc], map: RelevanceMap): Table {
  const head = ['region_a', 'region_b', 'name_a', 'name_b', 'relevance', 'share', 'digits']
  const line = ({ i, j, relevance }: Connection) => {
    const [one, other] = [map.a[i], map.b[j]]
    const share = map.score ? relevance / map.score : 0
    return [one.id, other.id, regionName(a, one), regionName(b, other), relevance, share, featuresOf(map, i, j, FEATURES).join(' ')]
  }
  return [head, ...connections.slice(0, LISTED).map(line)]
}
