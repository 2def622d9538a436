// Apparatus: the places where two pages differ, one by one, with what is due, who errs, and marks of the reader.

import { SAME, VARIANT } from '../alignment'
import type { Corpus } from '../corpus'
import { type Collation, collationOf, type Doc, openDocument, type Region } from '../document'
import { clear, h, said } from '../dom'
import { around, crop, download } from '../parts'
import { address, type Route } from '../route'
import { counted, fill, T } from '../strings'
import { MissingError, numberOf, type Table, type View } from '../view'
import { type Correction, correctionsCsv, type Mark, Marks } from '../marks'
import { alignmentOf, pairKicker, turn } from '../verdict'

const t = T.apparatus
const ERRS = ['unknown', 'none', 'a', 'b', 'both']

interface Variant {
  a: Region
  b: Region
  textA: string
  textB: string
  computed: string
  errs: string
  confidence: number
  isShared: boolean // an error that both have
  place: string
}

export async function openApparatus(corpus: Corpus, route: Route): Promise<View> {
  const [one, other] = [numberOf(corpus, route.path[1]), numberOf(corpus, route.path[2])]
  if (one === other || corpus.documents.failed[one] !== null || corpus.documents.failed[other] !== null) {
    throw new MissingError(route.path.slice(0, 3).join('/'))
  }
  const [a, b] = await Promise.all([openDocument(one), openDocument(other)])
  const found = one < other ? await collationOf(a, b) : await collationOf(b, a)
  const collation = found && one > other ? turn(found) : found
  const title = fill(t.tab, { a: a.name, b: b.name })
  const kicker = pairKicker(corpus, one, other)
  const back = h('p', {}, h('a', { href: address(['pair', a.name, b.name]) }, T.pair.pages))
  if (!collation) return { title, kicker, sentence: t.notRelated, body: [back] }
  const variants = list(a, b, collation)
  const [, , , , , same, variant, doubtful] = alignmentOf(a, other) ?? [0, 0, '', '', 0, 0, 0, 0, 0, 0]
  const shared = variants.filter((each) => each.isShared).length
  const cells = counted(same + variant + doubtful, 'cell')
  const told = variant + doubtful === 1 ? fill(t.sentenceOne, { cells }) : variant + doubtful ? fill(t.sentence, { variants: variant + doubtful, cells, sure: variant }) : t.none
  if (!variants.length) return { title, kicker, sentence: t.none, body: [back] }
  const asked = Number(route.path[3] ?? 1)
  const number = Number.isInteger(asked) && asked >= 1 && asked <= variants.length ? asked : 1
  const view = new ApparatusView(corpus, a, b, variants, number - 1)
  return {
    title,
    kicker,
    sentence: shared ? `${told} ${fill(t.both, { errors: counted(shared, 'error') })}` : told,
    wide: true,
    body: [back, view.element],
    table: () => variantsTable(variants),
    opened: () => view.show(),
    keys: (event) => view.key(event),
  }
}

// Surest first, then the errors that both pages have.
function list(a: Doc, b: Doc, collation: Collation): Variant[] {
  const found: Variant[] = []
  for (const [row, [textA, textB, computed]] of collation.texts) {
    const [regionA, regionB] = [a.byId.get(collation.a[row]), b.byId.get(collation.b[row])]
    const relation = collation.relation[row]
    if (!regionA || !regionB || relation > VARIANT) continue
    const errs = ERRS[collation.errorIn[row]]
    const isShared = relation === SAME && errs === 'both'
    if (relation === SAME && !isShared) continue
    const [table, line, col] = collation.place.subarray(6 * row, 6 * row + 3)
    const place = fill(t.place, { table: table + 1, row: line + 1, column: col + 1 })
    found.push({ a: regionA, b: regionB, textA, textB, computed, errs, confidence: collation.confidence[row] / 1000, isShared, place })
  }
  return found.sort((one, other) => Number(one.isShared) - Number(other.isShared) || other.confidence - one.confidence || one.a.id - other.a.id)
}

function variantsTable(variants: Variant[]): Table {
  const head = ['table_a', 'row_a', 'col_a', 'table_b', 'row_b', 'col_b', 'text_a', 'text_b', 'computed', 'error_in', 'confidence']
  const place = (one: Region) => [one.table + 1, one.row + 1, one.col + 1]
  return [head, ...variants.map((one) => [...place(one.a), ...place(one.b), one.textA, one.textB, one.computed, one.errs, one.confidence])]
}

class ApparatusView {
  readonly element: HTMLElement
  private readonly corpus: Corpus
  private readonly a: Doc
  private readonly b: Doc
  private readonly variants: Variant[]
  private readonly marks: Marks
  private readonly stage = h('div', { class: 'variant' })
  private readonly items: HTMLElement[]
  private readonly exports = h('div', { class: 'buttons' })
  private now: number

  constructor(corpus: Corpus, a: Doc, b: Doc, variants: Variant[], now: number) {
    this.corpus = corpus
    this.a = a
    this.b = b
    this.variants = variants
    this.now = now
    this.marks = new Marks(corpus.title)
    this.items = variants.map((_, k) => h('li', {}, this.item(k)))
    this.element = h(
      'div',
      { class: 'apparatus' },
      h(
        'nav',
        { class: 'variants', 'aria-label': t.tab },
        h('ol', {}, this.items),
      ),
      h('div', {}, this.stage, this.exports, h('p', { class: 'quiet' }, t.kept, ' ', t.keys, '.')),
    )
  }

  private item(k: number): HTMLElement {
    const one = this.variants[k]
    const mark = this.marks.of(this.a.name, one.a.id) ?? this.marks.of(this.b.name, one.b.id)
    return h(
      'a',
      {
        href: address(['apparatus', this.a.name, this.b.name, k + 1]),
        class: one.isShared ? 'shared' : this.isSure(one) ? 'sure' : 'unsure',
        'aria-current': k === this.now ? 'true' : null,
        onclick: (event: MouseEvent) => {
          if (event.ctrlKey || event.metaKey || event.shiftKey) return
          event.preventDefault()
          this.go(k)
        },
      },
      h('span', { class: 'quiet' }, `${one.a.row + 1}, ${one.a.col + 1}`),
      ' ',
      h('span', { class: 'figures' }, said(one.textA), one.isShared ? ' = ' : ' : ', said(one.textB)),
      mark ? h('span', { class: 'quiet' }, ` ${t.marked[mark.kind]}`) : null,
    )
  }

  private isSure(one: Variant): boolean {
    return one.confidence >= this.corpus.sure_variant
  }

  private go(k: number): void {
    const before = this.now
    this.now = Math.min(this.variants.length - 1, Math.max(0, k))
    window.history.replaceState(null, '', address(['apparatus', this.a.name, this.b.name, this.now + 1]))
    for (const place of [before, this.now]) this.items[place].replaceChildren(this.item(place))
    this.items[this.now].scrollIntoView({ block: 'nearest' })
    this.show()
  }

  show(): void {
    const one = this.variants[this.now]
    clear(this.stage)
    const side = (letter: 'A' | 'B', doc: Doc, region: Region, text: string) => {
      const errs = one.errs === letter.toLowerCase() || one.errs === 'both'
      const frame = one.isShared || this.isSure(one) ? (one.isShared ? 'computed' : 'differing') : 'doubtful'
      return h(
        'figure',
        { class: 'side' },
        crop(doc, region.box, around(region.box, 2, 9), `${letter}: ${text}`, frame),
        h(
          'figcaption',
          {},
          h('b', {}, letter),
          ' ',
          h('span', { class: 'large figures' }, said(text)),
          errs ? h('span', { class: 'errs' }, ` ${letter === 'A' ? t.errs.a : t.errs.b}`) : null,
          h('p', { class: 'quiet' }, h('a', { href: address(['page', doc.name], { cell: region.id }) }, said(doc.name))),
        ),
      )
    }
    const marks = [this.marks.of(this.a.name, one.a.id), this.marks.of(this.b.name, one.b.id)]
    const words = [one.place, one.isShared ? t.errs.both : (t.errs[one.errs] ?? ''), one.isShared ? '' : fill(t.sure, { confidence: one.confidence.toFixed(2) })]
    if (!one.isShared && !this.isSure(one)) words.push(t.doubtful)
    this.stage.append(
      h(
        'div',
        { class: 'buttons' },
        h('button', { type: 'button', disabled: this.now === 0, onclick: () => this.go(this.now - 1) }, t.previous),
        h('button', { type: 'button', disabled: this.now === this.variants.length - 1, onclick: () => this.go(this.now + 1) }, t.next),
        h('span', { class: 'quiet', role: 'status' }, fill(t.of, { number: this.now + 1, total: this.variants.length })),
      ),
      h('div', { class: 'sides' }, side('A', this.a, one.a, one.textA), side('B', this.b, one.b, one.textB)),
      one.computed ? h('p', { class: 'due' }, `${t.computed} `, h('span', { class: 'large figures' }, one.computed)) : '',
      h('p', {}, words.filter(Boolean).join('; '), '.'),
      h('div', { class: 'buttons' }, h('button', { type: 'button', onclick: () => this.markPrint() }, t.print), this.misreading('A'), this.misreading('B')),
      h('p', { class: 'quiet', role: 'status' }, marks.map((mark) => (mark ? this.markInWords(mark) : '')).filter(Boolean).join('; ')),
    )
    this.drawExports()
  }

  private markInWords(mark: Mark): string {
    return mark.kind === 'misreading' ? `${t.marked.misreading} → ${mark.reading}` : t.marked.print
  }

  private misreading(letter: 'A' | 'B'): HTMLElement {
    return h('button', { type: 'button', 'data-side': letter, onclick: () => this.ask(letter) }, fill(t.misreading, { side: letter }))
  }

  // What stands on the page instead of what was read; the other page's reading is the best guess.
  private ask(letter: 'A' | 'B'): void {
    const one = this.variants[this.now]
    const [doc, region, guess] = letter === 'A' ? [this.a, one.a, one.textB] : [this.b, one.b, one.textA]
    this.stage.querySelector('form')?.remove()
    const input = h('input', { type: 'text', value: this.marks.of(doc.name, region.id)?.reading ?? guess, 'aria-label': t.correction, autocomplete: 'off', spellcheck: 'false' })
    const form = h(
      'form',
      {
        class: 'buttons',
        onsubmit: (event: Event) => {
          event.preventDefault()
          this.marks.set(doc.name, region.id, { kind: 'misreading', reading: input.value.trim(), before: region.printed || region.text, table: region.table, row: region.row, col: region.col })
          this.go(this.now)
        },
      },
      h('label', {}, fill(t.should, { side: letter }), ' ', input),
      h('button', { type: 'submit' }, t.save),
    )
    this.stage.append(form)
    input.focus()
    input.select()
  }

  private markPrint(): void {
    const one = this.variants[this.now]
    for (const [doc, region] of [[this.a, one.a], [this.b, one.b]] as [Doc, Region][]) {
      this.marks.set(doc.name, region.id, { kind: 'print', reading: '', before: region.printed || region.text, table: region.table, row: region.row, col: region.col })
    }
    this.go(this.now)
  }

  private drawExports(): void {
    const made: Correction[] = this.marks.corrections()
    clear(this.exports)
    if (!made.length) return
    this.exports.append(
      h('button', { type: 'button', onclick: () => download('corrections.csv', new Blob([correctionsCsv(made)], { type: 'text/csv' })) }, `${t.export} (${made.length})`),
    )
  }

  key(event: KeyboardEvent): void {
    const act: Record<string, () => void> = {
      j: () => this.go(this.now + 1),
      k: () => this.go(this.now - 1),
      p: () => this.markPrint(),
      m: () => this.ask(this.guiltySide()),
    }
    if (!act[event.key]) return
    event.preventDefault()
    act[event.key]()
  }

  // The side whose reading is the less sure.
  private guiltySide(): 'A' | 'B' {
    const one = this.variants[this.now]
    return one.a.confidence <= one.b.confidence ? 'A' : 'B'
  }
}
