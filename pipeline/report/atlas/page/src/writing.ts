// Writing: what a reader takes away: CSV, and PAGE-XML of what was read.

import type { Doc } from './document'

export function csv(rows: (string | number | null)[][]): string {
  const field = (value: string | number | null) => {
    const text = value === null ? '' : String(value)
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
  }
  return rows.map((row) => row.map(field).join(',')).join('\r\n') + '\r\n'
}

// The cells of a page, counted from 0 as in the tables of a corpus.
export function table(doc: Doc): string {
  const head = ['doc_id', 'table_id', 'row', 'col', 'region_id', 'text', 'printed', 'confidence', 'x0', 'y0', 'x1', 'y1']
  const rows = doc.cells.map((cell) => [doc.name, cell.table, cell.row, cell.col, cell.id, cell.text, cell.printed, cell.confidence, ...cell.box])
  return csv([head, ...rows])
}

export function escaped(text: string): string {
  // characters that XML has no place for are left out
  const kept = text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
  return kept.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

// PAGE-XML 2019 of the upright page: a table region for each table, a text region for each cell.
export function pageXml(doc: Doc): string {
  const corners = ([x0, y0, x1, y1]: number[]) => `${x0},${y0} ${x1},${y0} ${x1},${y1} ${x0},${y1}`
  const tables = doc.tables.map((number) => {
    const cells = doc.cells.filter((cell) => cell.table === number)
    const box = [
      Math.min(...cells.map((cell) => cell.box[0])),
      Math.min(...cells.map((cell) => cell.box[1])),
      Math.max(...cells.map((cell) => cell.box[2])),
      Math.max(...cells.map((cell) => cell.box[3])),
    ]
    const regions = cells.map(
      (cell) =>
        `<TextRegion id="r${cell.id}" type="other"><Coords points="${corners(cell.box)}"/><Roles><TableCellRole rowIndex="${cell.row}" columnIndex="${cell.col}"/></Roles><TextEquiv conf="${cell.confidence}"><Unicode>${escaped(cell.printed)}</Unicode></TextEquiv></TextRegion>`,
    )
    return `<TableRegion id="t${number}"><Coords points="${corners(box)}"/>\n${regions.join('\n')}\n</TableRegion>`
  })
  const made = '1970-01-01T00:00:00'
  return `<?xml version="1.0" encoding="UTF-8"?>
<PcGts xmlns="http://schema.primaresearch.org/PAGE/gts/pagecontent/2019-07-15"><Metadata><Creator>tablekin</Creator><Created>${made}</Created><LastChange>${made}</LastChange></Metadata>
<Page imageFilename="${escaped(doc.name)}" imageWidth="${doc.width}" imageHeight="${doc.height}">
${tables.join('\n')}
</Page></PcGts>
`
}
