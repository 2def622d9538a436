// View: what a module of views gives to the frame.

import type { Corpus } from './corpus'
import type { Route } from './route'

export type Table = (string | number | null)[][]

export interface View {
  title: string // of the tab: the finding
  sentence: string | (string | Node | null | undefined | false | number)[]
  kicker?: (string | Node)[] // above the sentence: what this is about
  body: Node[]
  wide?: boolean
  table?: () => Table // what is shown, to be taken away as CSV; the first row names the columns
  opened?: () => unknown // when it stands on the page
  closed?: () => void // when another takes its place
  keys?: (event: KeyboardEvent) => void
}

export type Opener = (corpus: Corpus, route: Route) => Promise<View> | View

// The address names something that is not in the corpus.
export class MissingError extends Error {}

export function numberOf(corpus: Corpus, name: string | undefined): number {
  const number = corpus.numberOf.get(name ?? '')
  if (number === undefined) throw new MissingError(name ?? '')
  return number
}
