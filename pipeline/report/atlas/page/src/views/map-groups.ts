// Groups of the map: what pages are coloured by, which group each is of, and the colour and shape of a group.

import { type Corpus, year } from '../corpus'
import { OTHER } from '../map-painter'
import { fill, T } from '../strings'

// Okabe and Ito's colours; each with a shape, so that none is told by its hue alone.
const COLOURS = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#d55e00', '#56b4e9', '#6b4fa0', '#8a7a00']

const PLACES = COLOURS.length * 2 // each colour as a disc and as a square

export type By = 'cluster' | 'family' | 'work' | 'year' | 'place' | 'function'

export const BYS: By[] = ['cluster', 'family', 'work', 'year', 'place', 'function']

export type Group = { name: string; colour: string; shape: number }

// Whether anything is known of these pages by which they could be told apart.
export function isKnown(corpus: Corpus, points: number[], by: By): boolean {
  const { documents } = corpus
  if (by === 'year') return points.some((one) => year(corpus, one) !== null)
  if (by === 'cluster' || by === 'family') return points.some((one) => documents[by][one] >= 0)
  return points.some((one) => documents[by][one])
}

// The name of the group a page is of.
export function groupOf(corpus: Corpus, by: By, number: number): string | null {
  const { documents } = corpus
  switch (by) {
    case 'cluster':
      return documents.cluster[number] >= 0 ? fill(T.map.cluster, { number: documents.cluster[number] + 1 }) : null
    case 'family':
      return documents.family[number] >= 0 ? fill(T.map.family, { number: documents.family[number] }) : null
    case 'year': {
      const one = year(corpus, number)
      return one === null ? null : `${Math.floor(one / 50) * 50}–${Math.floor(one / 50) * 50 + 49}`
    }
    default:
      return documents[by][number]
  }
}

// The groups that get a colour, those of most pages first, years in their order; and how many do not.
export function groups(corpus: Corpus, points: number[], by: By): { coloured: Group[]; others: number } {
  const times = new Map<string, number>()
  for (const number of points) {
    const value = groupOf(corpus, by, number)
    if (value !== null) times.set(value, (times.get(value) ?? 0) + 1)
  }
  const byName = (one: [string, number], other: [string, number]) => one[0].localeCompare(other[0])
  const byTime = (one: [string, number], other: [string, number]) => other[1] - one[1] || byName(one, other)
  const named = [...times].sort(by === 'year' ? byName : byTime).map(([value]) => value)
  const coloured = named.slice(0, PLACES).map((name, k) => ({ name, colour: COLOURS[k % COLOURS.length], shape: Math.floor(k / COLOURS.length) }))
  return { coloured, others: named.length - coloured.length }
}

export const NO_GROUP = { colour: OTHER, shape: 2 }
