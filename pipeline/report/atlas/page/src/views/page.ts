// Page: the scan, what was read on it, what is doubtful, and what is near it.

import type { Corpus } from '../corpus'
import { CELL, COLUMN, type Digit, type Doc, digitsOf, openDocument, type Region, ROW } from '../document'
import { h, said, sentence } from '../dom'
import { about, around, crop, download, growing, placeName, rectangle, regionName, section, shortName, tick } from '../parts'
import { address, note, type Route } from '../route'
import { counted, fill, percent, T } from '../strings'
import { MissingError, numberOf, type View } from '../view'
import { PageViewer } from '../viewer'
import { workbook } from '../workbook'
import { pageXml, table } from '../writing'
import { neighboursOf } from './page-neighbours'

const t = T.page

export async function openPage(corpus: Corpus, route: Route): Promise<View> {
  const number = numberOf(corpus, route.path[1])
  const failed = corpus.documents.failed[number]
  if (failed !== null) {
    return {
      title: corpus.documents.doc_id[number],
      kicker: [said(corpus.documents.source[number])],
      sentence: t.failed,
      body: [h('p', { class: 'prose lead' }, said(failed)), h('p', { class: 'explain' }, T.findings.failedWhat)],
    }
  }
  const doc = await openDocument(number)
  const view = new PageView(corpus, doc, await digitsOf(doc))
  const asked = route.query.get('cell')
  if (asked !== null && !doc.byId.has(Number(asked))) throw new MissingError(`${doc.name}?cell=${asked}`)
  return {
    title: `${doc.name}`,
    kicker: [said(doc.name)],
    sentence: sentenceOf(corpus, doc),
    wide: true,
    body: view.body,
    opened: () => {
      view.viewer.open()
      view.layersDrawn()
      if (asked !== null) view.choose(doc.byId.get(Number(asked)) as Region, true)
    },
    closed: () => view.viewer.close(),
  }
}

function sentenceOf(corpus: Corpus, doc: Doc): View['sentence'] {
  const kin = doc.shard.alignments.filter((one) => one[1])
  const copied = kin.filter((one) => one[2] === 'copied')
  const name = said(about(corpus, doc.number))
  const other = copied[0] ?? kin[0]
  const named = other && said(shortName(corpus, other[0]))
  if (copied.length) {
    const count = copied.length - 1
    const more = count === 0 ? '' : count === 1 ? t.moreOne : fill(t.more, { count: counted(count, 'page') })
    return [name, ': ', ...sentence(t.copied[other[3]] ?? t.copied.fair, { other: named, more })]
  }
  if (kin.length) return [name, ': ', ...sentence(t.sameNumbers, { other: named })]
  return [name, doc.tables.length ? `: ${t.unrelated}` : `: ${t.tableless}`]
}

class PageView {
  readonly viewer: PageViewer
  readonly body: Node[]
  private readonly corpus: Corpus
  private readonly doc: Doc
  private readonly weak: Digit[]
  private readonly cellOf = new Map<number, HTMLElement>()
  private readonly misfit: Map<number, [number, string, number | null, string, string]>
  private readonly shown = { cells: true, rows: false, columns: false, doubts: true, heat: false, misfits: true }
  private chosen: Region | null = null
  private readonly told = h('p', { class: 'told-of', role: 'status' }, t.choose)

  constructor(corpus: Corpus, doc: Doc, digits: Digit[]) {
    this.corpus = corpus
    this.doc = doc
    this.weak = digits.filter((one) => one.score < corpus.doubt)
    this.viewer = new PageViewer(doc)
    this.misfit = new Map(doc.shard.checks.map((one) => [one[0], one]))
    const heat = h('p', { class: 'explain', hidden: true }, t.heatWhat)
    const layers = (Object.keys(this.shown) as (keyof typeof this.shown)[]).map((name) =>
      tick(t.layer[name], this.shown[name], (on) => {
        this.shown[name] = on
        heat.hidden = !this.shown.heat
        this.layersDrawn()
      }),
    )
    this.viewer.onPointed(
      () => doc.cells,
      (region, chosen) => (chosen && region ? this.choose(region, false) : this.point(region)),
    )
    this.body = [
      h(
        'div',
        { class: 'page-view' },
        h(
          'div',
          { class: 'stay' },
          this.viewer.element,
          this.told,
          h('div', { class: 'ticks', role: 'group', 'aria-label': t.layers }, h('span', { class: 'quiet' }, t.layers), layers),
          heat,
          doc.shard.picture.kind === 'none' ? h('p', { class: 'explain' }, t.noPicture) : null,
        ),
        h('div', { class: 'beside' }, this.reading(), this.doubts(), this.misfits(), neighboursOf(corpus, doc, this.viewer), this.known(), this.takeAway()),
      ),
    ]
  }

  layersDrawn(): void {
    const { doc, viewer, shown } = this
    const heat = Math.max(1e-9, ...doc.cells.map((cell) => Math.abs(cell.share)))
    const kind = (on: boolean, wanted: number) => (on ? doc.regions.filter((one) => one.kind === wanted) : [])
    viewer.frames('heat', shown.heat ? doc.cells : [], (cell) => ({
      class: cell.share < 0 ? 'against' : 'for',
      'fill-opacity': (0.75 * Math.abs(cell.share)) / heat,
    }))
    viewer.frames('cells', kind(shown.cells, CELL), () => ({ class: 'line thin' }))
    viewer.frames('rows', kind(shown.rows, ROW), () => ({ class: 'line' }))
    viewer.frames('columns', kind(shown.columns, COLUMN), () => ({ class: 'line' }))
    viewer.frames('misfits', shown.misfits ? doc.cells.filter((cell) => this.misfit.has(cell.id)) : [], () => ({ class: 'line differing' }))
    viewer.layer('doubts', shown.doubts ? this.weak.map((one) => rectangle(one.box, { class: 'line doubtful' })) : [])
  }

  choose(region: Region, show: boolean): void {
    this.cellOf.get(this.chosen?.id ?? -1)?.removeAttribute('aria-current')
    this.chosen = region
    note({ cell: region.id })
    this.viewer.layer('chosen', [rectangle(region.box, { class: 'line chosen' })])
    if (show) this.viewer.show(region.box, 7)
    const cell = this.cellOf.get(region.id)
    cell?.setAttribute('aria-current', 'true')
    if (!show) cell?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
    this.tell(region)
  }

  // What is known of a region: how sure its reading is, what else it may be, what is due, what it does for likeness.
  private tell(region: Region): void {
    const digits = this.weak.filter((one) => one.region === region.id && one.other >= 0)
    const parts = [region.text ? `${regionName(this.doc, region)}: ${fill(t.sure, { confidence: region.confidence.toFixed(2) })}.` : `${regionName(this.doc, region)}.`]
    for (const one of digits.slice(0, 3)) parts.push(fill(t.other, { digit: one.digit, other: one.other, probability: one.otherScore.toFixed(2) }))
    const misfit = this.misfit.get(region.id)
    if (misfit) parts.push(`${fill(t.dueIs, { due: misfit[1] || '?' })} (${misfit[4]}).`)
    parts.push(fill(region.share < 0 ? t.shareAgainst : t.share, { percent: percent(Math.abs(region.share), 2) }))
    const link = region.text ? h('a', { href: address(['search'], { q: region.text }) }, t.elsewhere) : null
    this.told.replaceChildren(said(parts.join(' ')), ...(link ? [' ', link] : []))
  }

  private point(region: Region | null): void {
    for (const cell of this.cellOf.values()) cell.classList.remove('pointed')
    this.viewer.layer('pointed', region ? [rectangle(region.box, { class: 'line pointed' })] : [])
    if (region) this.cellOf.get(region.id)?.classList.add('pointed')
  }

  private reading(): HTMLElement {
    const { doc } = this
    if (!doc.tables.length) return section(t.read, h('p', {}, t.noTable))
    const tables = doc.tables.map((number) => {
      const cells = doc.cells.filter((cell) => cell.table === number)
      const columns = Math.max(...cells.map((cell) => cell.col)) + 1
      const rows = Math.max(...cells.map((cell) => cell.row)) + 1
      const grid = new Map(cells.map((cell) => [`${cell.row}:${cell.col}`, cell]))
      const head = h('tr', {}, h('th', { scope: 'col' }, T.table.row), Array.from({ length: columns }, (_, col) => h('th', { scope: 'col' }, col + 1)))
      const lines = Array.from({ length: rows }, (_, row) =>
        h('tr', {}, h('th', { scope: 'row' }, row + 1), Array.from({ length: columns }, (_, col) => this.cell(grid.get(`${row}:${col}`)))),
      )
      return h(
        'div',
        { class: 'reading-frame', tabindex: '0', role: 'region', 'aria-label': fill(t.tables, { number: number + 1 }) },
        doc.tables.length > 1 ? h('h3', {}, fill(t.tables, { number: number + 1 })) : null,
        h('table', { class: 'reading' }, h('thead', {}, head), h('tbody', {}, lines)),
      )
    })
    return section(t.read, ...tables)
  }

  private cell(region: Region | undefined): HTMLElement {
    if (!region) return h('td')
    const doubtful = region.text && region.confidence < this.corpus.doubt
    const wrong = this.misfit.get(region.id)
    const name = `${placeName(this.doc, region)}${doubtful ? `, ${fill(t.sure, { confidence: region.confidence.toFixed(2) })}` : ''}${wrong ? `, ${fill(t.due, { due: wrong[1] || '?' })}` : ''}`
    const button = h(
      'button',
      {
        type: 'button',
        title: name,
        class: [doubtful ? 'doubtful' : '', wrong ? 'differing' : ''].join(' ').trim() || null,
        onclick: () => this.choose(region, true),
        onpointerenter: () => this.viewer.layer('pointed', [rectangle(region.box, { class: 'line pointed' })]),
      },
      region.printed || '\u00a0',
    )
    if (!region.printed) button.setAttribute('aria-label', placeName(this.doc, region))
    const cell = h('td', { class: /\p{L}{3}/u.test(region.printed) ? 'words' : null }, button)
    this.cellOf.set(region.id, cell)
    return cell
  }

  private doubts(): HTMLElement | null {
    const { doc } = this
    if (!doc.tables.length) return null
    const weak = doc.cells
      .filter((cell) => cell.text && cell.confidence < this.corpus.doubt)
      .sort((one, other) => one.confidence - other.confidence || one.id - other.id)
    if (!weak.length) return section(t.doubts, h('p', { class: 'quiet' }, t.noDoubts))
    const row = (cell: Region) =>
      h(
        'button',
        { type: 'button', class: 'doubt', onclick: () => this.choose(cell, true) },
        crop(doc, cell.box, around(cell.box, 0.4, 4), regionName(doc, cell), 'doubtful'),
        h('span', { class: 'figures' }, cell.printed),
        h('span', { class: 'quiet' }, `${placeName(doc, cell)}; ${cell.confidence.toFixed(2)}`),
      )
    const list = growing(weak, row, 8)
    return section(t.doubts, h('p', { class: 'explain' }, fill(t.doubtsWhat, { limit: this.corpus.doubt })), list)
  }

  private misfits(): HTMLElement | null {
    const { doc } = this
    const wrong = doc.shard.checks.filter((one) => doc.byId.has(one[0]))
    if (!wrong.length) return null
    const row = (one: (typeof wrong)[number]) => {
      const region = doc.byId.get(one[0]) as Region
      return h(
        'button',
        { type: 'button', class: 'doubt', onclick: () => this.choose(region, true) },
        crop(doc, region.box, around(region.box, 0.4, 4), regionName(doc, region), 'differing'),
        h('span', { class: 'figures' }, region.printed),
        h('span', { class: 'due' }, fill(t.due, { due: one[1] || '?' })),
        h('span', { class: 'quiet' }, `${placeName(doc, region)}; ${one[4]}`),
      )
    }
    return section(t.misfits, h('p', { class: 'explain' }, t.misfitsWhat), growing(wrong, row, 8))
  }

  private known(): HTMLElement {
    const { doc, corpus } = this
    const { page, metadata } = doc.shard
    const rows: [string, Node | string][] = Object.entries(metadata).map(([name, value]) => [name, longText(value)])
    rows.push([t.source, said(corpus.documents.source[doc.number])], [t.size, fill(t.sizeText, { width: doc.width, height: doc.height })])
    const heading = corpus.documents.heading[doc.number]
    if (heading) rows.push([t.heading, said(heading)])
    if (page.functions.length) rows.push([t.prints, page.functions.join('; ')])
    const notes = page.flags.map(([flag, meaning]) => `${flag}: ${meaning}`)
    if (page.orientation) notes.push(fill(t.turned, { degrees: page.orientation }))
    if (notes.length) rows.push([t.flags, notes.join('; ')])
    return section(t.metadata, h('dl', { class: 'known' }, rows.map(([name, value]) => [h('dt', {}, said(name)), h('dd', {}, value)]).flat()))
  }

  private takeAway(): HTMLElement {
    const { doc } = this
    const button = (text: string, act: () => void) => h('button', { type: 'button', onclick: act }, text)
    return section(
      t.downloads,
      h(
        'p',
        { class: 'buttons' },
        button(t.csv, () => download(`${doc.name}.csv`, new Blob([table(doc)], { type: 'text/csv' }))),
        button(t.xlsx, () => download(`${doc.name}.xlsx`, workbook(doc))),
        button(t.xml, () => download(`${doc.name}.xml`, new Blob([pageXml(doc)], { type: 'application/xml' }))),
      ),
    )
  }
}

// Ten thousand characters of metadata are there to be read, but not at once.
function longText(value: string): Node {
  if (value.length <= 400) return said(value)
  return h('details', {}, h('summary', {}, said(`${value.slice(0, 200)}…`)), said(value))
}

