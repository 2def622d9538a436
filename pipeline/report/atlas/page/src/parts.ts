// Parts that several views show: names of documents, thumbnails, crops, lists that grow.

import { type Corpus, years } from './corpus'
import { type Box, cellBoxes, type Doc, openShard, pictureOf, type Region, type Shard } from './document'
import { h, s, said } from './dom'
import { address } from './route'
import { fill, T } from './strings'

export function pageLink(corpus: Corpus, number: number, query: Record<string, string | number> = {}): HTMLElement {
  const name = corpus.documents.doc_id[number]
  return h('a', { href: address(['page', name], query) }, said(name))
}

export function about(corpus: Corpus, number: number): string {
  return corpus.documents.about[number]
}

// What a reader calls a page: the work and the year where they are known, and otherwise its name.
export function shortName(corpus: Corpus, number: number): string {
  const { work, doc_id } = corpus.documents
  const dated = years(corpus, number)
  const name = work[number]
  const shown = name ? `${name}${dated ? `, ${dated}` : ''}` : doc_id[number]
  return shown.length > 80 ? `${shown.slice(0, 79)}…` : shown
}

// A thumbnail that is fetched when it comes into sight.
export function thumbnail(corpus: Corpus, number: number, height = 96): HTMLElement {
  const frame = h('span', { class: 'thumb', 'aria-hidden': 'true', style: { '--thumb': `${height}px` } })
  if (corpus.documents.failed[number] !== null) return frame
  whenSeen(frame, async () => {
    const shard = await openShard(number)
    const picture = pictureOf(shard)
    frame.style.setProperty('aspect-ratio', `${shard.width} / ${shard.height}`)
    frame.style.setProperty('--aspect', String(shard.width / shard.height))
    if (picture) frame.append(h('img', { src: picture.small || picture.address, alt: '', loading: 'lazy' }))
    else frame.append(await sketch(shard))
  })
  return frame
}

export function whenSeen(element: Element, act: () => void): void {
  const observer = new IntersectionObserver(
    (entries) => {
      if (entries.some((entry) => entry.isIntersecting)) {
        observer.disconnect()
        act()
      }
    },
    { rootMargin: '200px' },
  )
  observer.observe(element)
}

// A page without its scan: where its cells stand.
async function sketch(shard: Shard): Promise<SVGElement> {
  // one path for all cells: a page may have a thousand
  const path = (await cellBoxes(shard)).map(([x0, y0, x1, y1]) => `M${x0} ${y0}H${x1}V${y1}H${x0}Z`).join('')
  return s('svg', { viewBox: `0 0 ${shard.width} ${shard.height}`, class: 'sketch' }, s('path', { d: path, class: 'sketch-cell' }))
}

export function rectangle(box: Box, props: Record<string, unknown>): SVGElement {
  return s('rect', { x: box[0], y: box[1], width: Math.max(0, box[2] - box[0]), height: Math.max(0, box[3] - box[1]), ...props })
}

export function joined(boxes: Box[]): Box {
  return [
    Math.min(...boxes.map((box) => box[0])),
    Math.min(...boxes.map((box) => box[1])),
    Math.max(...boxes.map((box) => box[2])),
    Math.max(...boxes.map((box) => box[3])),
  ]
}

// What was read in a region, set at its place: where there is no scan to show.
export function typeset(regions: Region[]): SVGElement[] {
  return regions
    .filter((one) => one.printed)
    .map((one) => {
      const [x0, y0, x1, y1] = one.box
      const size = Math.min((y1 - y0) * 0.78, ((x1 - x0) * 1.7) / Math.max(1, one.printed.length))
      const props = { x: (x0 + x1) / 2, y: (y0 + y1) / 2 + size * 0.33, 'font-size': size, class: 'typeset' }
      return s('text', props, one.printed)
    })
}

// A part of a page, enlarged; the box is framed.
export function crop(doc: Doc, box: Box, room: Box, label: string, frame = 'agreeing'): SVGElement {
  const [x0, y0, x1, y1] = [Math.max(0, room[0]), Math.max(0, room[1]), Math.min(doc.width, room[2]), Math.min(doc.height, room[3])]
  const picture = pictureOf(doc.shard)
  const view = `${x0} ${y0} ${Math.max(1, x1 - x0)} ${Math.max(1, y1 - y0)}`
  const shown = picture
    ? [s('image', { href: picture.address, x: 0, y: 0, width: doc.width, height: doc.height, preserveAspectRatio: 'none' })]
    : [rectangle([0, 0, doc.width, doc.height], { class: 'blank' }), ...typeset(doc.regions.filter((one) => one.kind === 5))]
  const width = Math.max(1.5, (y1 - y0) / 160)
  return s(
    'svg',
    { viewBox: view, class: 'crop', role: 'img', 'aria-label': label, preserveAspectRatio: 'xMidYMid meet' },
    shown,
    rectangle(box, { class: `frame ${frame}`, 'stroke-width': width }),
  )
}

// The room around a cell: rows above and below it, and as much to the sides as a reader needs to see where he is.
export function around(box: Box, rows: number, width: number): Box {
  const height = box[3] - box[1]
  const middle = (box[0] + box[2]) / 2
  const half = Math.max(width * height, 1.3 * (box[2] - box[0])) / 2
  return [middle - half, box[1] - rows * height, middle + half, box[3] + rows * height]
}

export function placeName(doc: Doc, region: Region): string {
  const row = region.row >= 0 ? region.row + 1 : null
  const column = region.col >= 0 ? region.col + 1 : null
  const table = doc.tables.length > 1 && region.table >= 0 ? fill(T.page.inTable, { table: region.table + 1 }) : ''
  if (row !== null && column !== null) return table + fill(T.page.cell, { row, column })
  if (row !== null) return table + fill(T.page.row, { row })
  if (column !== null) return table + fill(T.page.column, { column })
  return T.page.kinds[region.kind === 2 ? 'header' : region.kind === 1 ? 'page_number' : region.kind === 0 ? 'outside' : 'margin']
}

// What a reader calls a part of a page.
export function partName(part: string): string {
  return T.corpus.parts[part] ?? part
}

// Where a region is and what stands in it.
export function regionName(doc: Doc, region: Region): string {
  const texts =
    region.kind === 3
      ? doc.cells.filter((cell) => cell.table === region.table && cell.row === region.row).map((cell) => cell.text)
      : region.kind === 4
        ? doc.cells.filter((cell) => cell.table === region.table && cell.col === region.col).map((cell) => cell.text)
        : [region.printed]
  const text = texts.filter(Boolean).join(' | ')
  const short = text.length > 36 ? `${text.slice(0, 35)}…` : text
  return short ? `${placeName(doc, region)} ${fill(T.page.reading, { text: short })}` : placeName(doc, region)
}

// A list that shows more when asked, so that ten thousand rows cost nothing.
export function growing<Item>(items: Item[], make: (item: Item) => Node, step = 40, tag: 'div' | 'ul' = 'div'): HTMLElement {
  const list = h(tag, { class: 'growing' })
  const button = h('button', { type: 'button', class: 'plain' }, T.findings.more)
  let shown = 0
  const grow = () => {
    for (const item of items.slice(shown, shown + step)) list.append(make(item))
    shown = Math.min(items.length, shown + step)
    button.hidden = shown >= items.length
  }
  button.addEventListener('click', grow)
  grow()
  return h('div', {}, list, button)
}

export function choice(label: string, options: [string, string][], value: string, act: (value: string) => void): HTMLElement {
  const select = h(
    'select',
    { onchange: (event: Event) => act((event.target as HTMLSelectElement).value) },
    options.map(([key, text]) => h('option', { value: key, selected: key === value }, text.length > 60 ? `${text.slice(0, 59)}…` : text)),
  )
  return h('label', { class: 'field' }, h('span', {}, label), select)
}

export function tick(label: string, on: boolean, act: (on: boolean) => void): HTMLElement {
  const box = h('input', { type: 'checkbox', checked: on, onchange: (event: Event) => act((event.target as HTMLInputElement).checked) })
  return h('label', { class: 'tick' }, box, h('span', {}, label))
}

export function download(name: string, content: Blob): void {
  const link = h('a', { href: URL.createObjectURL(content), download: name })
  document.body.append(link)
  link.click()
  link.remove()
  setTimeout(() => URL.revokeObjectURL(link.href), 10000)
}

export function section(title: string, ...content: (Node | string | null | undefined | false)[]): HTMLElement {
  return h('section', { class: 'part' }, h('h2', {}, title), content)
}
