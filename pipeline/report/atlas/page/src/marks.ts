// Marks: what a reader says of readings; kept in the browser, and exported as corrections.

import { csv } from './writing'

export interface Mark {
  kind: 'print' | 'misreading'
  reading: string
  before: string // what was read there
  table: number
  row: number
  col: number
}

export interface Correction extends Mark {
  doc: string
}

export class Marks {
  private readonly key: string
  private marks: Record<string, Mark>

  constructor(title: string) {
    this.key = `tablekin-marks-${title}`
    this.marks = this.read()
  }

  private read(): Record<string, Mark> {
    try {
      const found: unknown = JSON.parse(window.localStorage.getItem(this.key) ?? '{}')
      return found !== null && typeof found === 'object' ? (found as Record<string, Mark>) : {}
    } catch {
      return {} // nothing was kept, or something else
    }
  }

  of(doc: string, region: number): Mark | undefined {
    return Object.hasOwn(this.marks, `${region} ${doc}`) ? this.marks[`${region} ${doc}`] : undefined
  }

  set(doc: string, region: number, mark: Mark): void {
    this.marks[`${region} ${doc}`] = mark
    try {
      window.localStorage.setItem(this.key, JSON.stringify(this.marks))
    } catch {
      // then they hold until the page is left
    }
  }

  corrections(): Correction[] {
    return Object.entries(this.marks)
      .filter(([, mark]) => mark.kind === 'misreading')
      .map(([key, mark]) => ({ ...mark, doc: key.slice(key.indexOf(' ') + 1) }))
      .sort((one, other) => one.doc.localeCompare(other.doc) || one.table - other.table || one.row - other.row || one.col - other.col)
  }
}

// As `tablekin correct` takes them; rows and columns count from 1, as readers count.
export function correctionsCsv(corrections: Correction[]): string {
  const rows = corrections.map((one) => [one.doc, one.table + 1, one.row + 1, one.col + 1, one.reading, one.before ?? ''])
  return csv([['doc', 'table', 'row', 'column', 'reading', 'before'], ...rows])
}
