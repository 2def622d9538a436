// Workbook: the tables of a page as an XLSX file: a zip of a few small XML files, stored without compression.

import type { Doc } from './document'
import { escaped } from './writing'

function checksum(bytes: Uint8Array): number {
  let sum = 0xffffffff
  for (const byte of bytes) {
    sum ^= byte
    for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1
  }
  return (sum ^ 0xffffffff) >>> 0
}

function little(...values: [number, 2 | 4][]): Uint8Array {
  const bytes = new Uint8Array(values.reduce((sum, [, size]) => sum + size, 0))
  const view = new DataView(bytes.buffer)
  let at = 0
  for (const [value, size] of values) {
    if (size === 2) view.setUint16(at, value, true)
    else view.setUint32(at, value, true)
    at += size
  }
  return bytes
}

const DATE = 0x21 // 1 January 1980: the same tables give the same file

// A zip as its specification (APPNOTE 6.3) has it: each file behind its header, then a directory of all.
export function zip(files: [string, string][]): Blob {
  const parts: Uint8Array[] = []
  const directory: Uint8Array[] = []
  let offset = 0
  for (const [name, text] of files) {
    const [path, content] = [new TextEncoder().encode(name), new TextEncoder().encode(text)]
    const sum = checksum(content)
    const common: [number, 2 | 4][] = [[20, 2], [0x0800, 2], [0, 2], [0, 2], [DATE, 2], [sum, 4], [content.length, 4], [content.length, 4], [path.length, 2], [0, 2]]
    parts.push(little([0x04034b50, 4], ...common), path, content)
    directory.push(little([0x02014b50, 4], [20, 2], ...common, [0, 2], [0, 2], [0, 2], [0, 4], [offset, 4]), path)
    offset += 30 + path.length + content.length
  }
  const size = directory.reduce((sum, one) => sum + one.length, 0)
  const end = little([0x06054b50, 4], [0, 2], [0, 2], [files.length, 2], [files.length, 2], [size, 4], [offset, 4], [0, 2])
  return new Blob([...parts, ...directory, end] as BlobPart[], { type: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet' })
}

function column(number: number): string {
  return number < 26 ? String.fromCharCode(65 + number) : column(Math.floor(number / 26) - 1) + String.fromCharCode(65 + (number % 26))
}

const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
const TYPES = 'application/vnd.openxmlformats-officedocument.spreadsheetml'
const RELATIONS = 'http://schemas.openxmlformats.org/package/2006/relationships'
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'

// A sheet for each table, with what was read as text: no program takes 12 30 for a time.
export function workbook(doc: Doc): Blob {
  const tables = doc.tables.length ? doc.tables : [0]
  const sheets = tables.map((number) => {
    const cells = doc.cells.filter((cell) => cell.table === number)
    const rows = [...new Set(cells.map((cell) => cell.row))].sort((one, other) => one - other)
    const lines = rows.map((row) => {
      const own = cells.filter((cell) => cell.row === row && cell.printed)
      const written = own.map((cell) => `<c r="${column(cell.col)}${row + 1}" t="inlineStr"><is><t xml:space="preserve">${escaped(cell.printed)}</t></is></c>`)
      return `<row r="${row + 1}">${written.join('')}</row>`
    })
    return `${HEAD}<worksheet xmlns="${MAIN}"><sheetData>${lines.join('')}</sheetData></worksheet>`
  })
  const each = (make: (k: number) => string) => sheets.map((_, k) => make(k + 1)).join('')
  return zip([
    ['[Content_Types].xml', `${HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${TYPES}.sheet.main+xml"/>${each((k) => `<Override PartName="/xl/worksheets/sheet${k}.xml" ContentType="${TYPES}.worksheet+xml"/>`)}</Types>`],
    ['_rels/.rels', `${HEAD}<Relationships xmlns="${RELATIONS}"><Relationship Id="rId1" Type="${OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>`],
    ['xl/workbook.xml', `${HEAD}<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets>${each((k) => `<sheet name="table ${k}" sheetId="${k}" r:id="rId${k}"/>`)}</sheets></workbook>`],
    ['xl/_rels/workbook.xml.rels', `${HEAD}<Relationships xmlns="${RELATIONS}">${each((k) => `<Relationship Id="rId${k}" Type="${OFFICE}/worksheet" Target="worksheets/sheet${k}.xml"/>`)}</Relationships>`],
    ...sheets.map((text, k): [string, string] => [`xl/worksheets/sheet${k + 1}.xml`, text]),
  ])
}
