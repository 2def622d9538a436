// Map: all pages by likeness; thumbnails when near; coloured by what the reader asks; years, words and areas choose.

import { type Corpus, year } from '../corpus'
import { h, said } from '../dom'
import { listen } from '../map-gestures'
import { inside, type Label, least, MapPainter, middleOf, most, OTHER } from '../map-painter'
import { choice, growing, shortName, thumbnail } from '../parts'
import { address, note, type Route } from '../route'
import { counted, fill, T } from '../strings'
import type { Table, View } from '../view'
import { type By, BYS, groupOf, groups, isKnown, NO_GROUP } from './map-groups'
import { digitsOfQuery, pagesWith } from './search'
import { yearRange } from './year-range'

const t = T.map
const MOST_LABELS = 40

export function openMap(corpus: Corpus, route: Route): View {
  const there = corpus.documents.x.flatMap((x, number) => (x === null ? [] : [number]))
  if (there.length < 2) return { title: t.tab, sentence: t.none, body: [] }
  const view = new MapView(corpus, there, route)
  return {
    title: t.tab,
    sentence: fill(t.sentence, { count: there.length.toLocaleString('en-GB') }),
    wide: true,
    table: () => view.table(),
    body: view.body,
    opened: () => view.open(),
    closed: () => view.close(),
  }
}

class MapView {
  readonly body: Node[]
  private readonly corpus: Corpus
  private readonly points: number[]
  private readonly canvas = h('canvas', { tabindex: '0', role: 'application', 'aria-label': t.label })
  private readonly painter: MapPainter
  private readonly tip = h('div', { class: 'map-tip', hidden: true })
  private readonly legend = h('div', { class: 'legend' })
  private readonly meaning = h('p', { class: 'explain' })
  private readonly listed = h('div', { 'aria-live': 'polite' })
  private readonly resize = new ResizeObserver(() => this.painter.drawSoon())
  private by: By
  private range: [number, number] | null = null
  private words: string
  private withValues: Set<number> | null = null
  private only: string | null = null
  private isLasso = false
  private shownBelow: number[] = []

  constructor(corpus: Corpus, points: number[], route: Route) {
    this.corpus = corpus
    this.points = points
    this.painter = new MapPainter(corpus, points, this.canvas)
    const options = BYS.filter((one) => isKnown(corpus, points, one))
    const wanted = route.query.get('color') as By
    this.by = options.includes(wanted) ? wanted : (options[0] ?? 'cluster')
    this.words = route.query.get('q') ?? ''
    const dated = points.map((one) => year(corpus, one)).filter((one): one is number => one !== null)
    const [first, last] = dated.length ? [least(dated), most(dated)] : [0, 0]
    const span = /^(-?\d+)-(-?\d+)$/.exec(route.query.get('years') ?? '')
    if (span) this.range = [Number(span[1]), Number(span[2])]
    this.body = [
      h(
        'div',
        { class: 'filters' },
        options.length ? choice(t.colour, options.map((one) => [one, t.colours[one]]), this.by, (value) => this.colour(value as By)) : null,
        dated.length && first < last ? yearRange([first, last], this.range, (range) => this.chooseYears(range)) : null,
        h(
          'label',
          { class: 'field' },
          h('span', {}, t.find),
          h('input', {
            type: 'search', value: this.words,
            oninput: (event: Event) => {
              this.words = (event.target as HTMLInputElement).value
              note({ q: this.words })
              void this.lookUp()
            },
          }),
        ),
        h('button', { type: 'button', title: t.listWhat, onclick: () => this.listShown() }, t.list),
        h('button', { type: 'button', 'aria-pressed': 'false', title: t.lassoWhat, onclick: (event: Event) => this.toggleLasso(event.currentTarget as HTMLElement) }, t.lasso),
      ),
      this.legend,
      this.meaning,
      h(
        'div',
        { class: 'map-frame' },
        this.canvas,
        this.tip,
        h(
          'div',
          { class: 'map-tools' },
          this.button(T.page.zoomIn, '+', () => this.painter.zoom(1.6)),
          this.button(T.page.zoomOut, '−', () => this.painter.zoom(1 / 1.6)),
          this.button(t.reset, '○', () => this.painter.reset()),
        ),
      ),
      this.listed,
    ]
    this.colour(this.by, false)
    void this.lookUp()
  }

  private button(label: string, text: string, act: () => void): HTMLElement {
    return h('button', { type: 'button', class: 'small', 'aria-label': label, title: label, onclick: act }, text)
  }

  private chooseYears(range: [number, number] | null): void {
    this.range = range
    note({ years: range ? `${range[0]}-${range[1]}` : null })
    this.filter()
  }

  private value(number: number): string | null {
    return groupOf(this.corpus, this.by, number)
  }

  private colour(by: By, remember = true): void {
    this.by = by
    this.only = null
    if (remember) note({ color: by })
    const { coloured, others } = groups(this.corpus, this.points, by)
    const groupBy = new Map(coloured.map((group) => [group.name, group]))
    this.painter.colourOf = []
    this.painter.shapeOf = []
    for (const number of this.points) {
      const { colour, shape } = groupBy.get(this.value(number) ?? '') ?? NO_GROUP
      this.painter.colourOf[number] = colour
      this.painter.shapeOf[number] = shape
    }
    const entry = (name: string, key: string | null, colour: string, shape: number) =>
      h(
        'button',
        {
          type: 'button', 'aria-pressed': 'false',
          onclick: (event: Event) => {
            const own = event.currentTarget as HTMLElement
            const on = own.getAttribute('aria-pressed') !== 'true'
            for (const one of this.legend.children) one.setAttribute('aria-pressed', 'false')
            own.setAttribute('aria-pressed', String(on))
            this.only = on ? (key ?? '') : null
            this.filter()
          },
        },
        h('span', { class: 'dot', 'aria-hidden': 'true', style: { background: colour, 'border-radius': shape === 1 ? '0' : '50%' } }),
        said(name.length > 48 ? `${name.slice(0, 47)}…` : name),
      )
    const entries = coloured.map(({ name, colour, shape }) => entry(name, name, colour, shape))
    if (others) entries.push(h('button', { type: 'button', disabled: true }, `${t.others} (${others})`))
    if (this.points.some((one) => this.value(one) === null)) entries.push(entry(t.noneOf, null, OTHER, 0))
    this.meaning.textContent = entries.length > 1 ? (t.meaning[by] ?? '') : ''
    this.legend.replaceChildren(...(entries.length > 1 ? entries : []))
    this.filter()
  }

  // Pages on which numbers stand that are asked for.
  private async lookUp(): Promise<void> {
    const asked = this.words
    const digits = digitsOfQuery(asked.trim())
    const found = digits ? await pagesWith(this.corpus, digits) : null
    if (asked !== this.words) return
    this.withValues = found
    this.filter()
  }

  private filter(): void {
    const { documents } = this.corpus
    const words = this.words.toLowerCase().split(/\s+/).filter(Boolean)
    this.painter.fits = []
    for (const number of this.points) {
      const one = year(this.corpus, number)
      let fits = this.range === null || (one !== null && one >= this.range[0] && one <= this.range[1])
      if (fits && this.only !== null) fits = (this.value(number) ?? '') === this.only
      if (fits && words.length) {
        const text = `${documents.doc_id[number]} ${documents.about[number]} ${documents.words[number]} ${documents.heading[number]}`.toLowerCase()
        fits = words.every((word) => text.includes(word)) || (this.withValues?.has(number) ?? false)
      }
      this.painter.fits[number] = fits
    }
    this.painter.labels = this.named()
    this.painter.drawSoon()
  }

  // Names of what is coloured, each at the middle of its pages, those of most pages first.
  private named(): Label[] {
    const { documents } = this.corpus
    const groups = new Map<string, number[]>()
    for (const number of this.points) {
      const value = this.painter.fits[number] ? this.value(number) : null
      if (value === null) continue
      const own = groups.get(value)
      if (own) own.push(number)
      else groups.set(value, [number])
    }
    return [...groups]
      .filter(([, own]) => own.length > 1)
      .sort((one, other) => other[1].length - one[1].length)
      .slice(0, MOST_LABELS)
      .map(([name, own]) => ({ name, x: middleOf(own.map((one) => documents.x[one] as number)), y: middleOf(own.map((one) => documents.y[one] as number)) }))
  }

  open(): void {
    this.resize.observe(this.canvas)
    listen(this.canvas, this.painter, {
      isLasso: () => this.isLasso,
      hover: (page) => this.hover(page),
      follow: (page) => this.follow(page),
      choose: () => this.choose(),
    })
    this.painter.drawSoon()
  }

  // The pages that are listed, or all that fit where none are.
  table(): Table {
    const { documents } = this.corpus
    const names = ['doc_id', 'work', 'place', 'year_from', 'year_to', 'function', 'cluster', 'family', 'x', 'y'] as const
    const listed = this.shownBelow.length ? this.shownBelow : this.points.filter((one) => this.painter.fits[one])
    return [[...names], ...listed.map((number) => names.map((name) => documents[name][number]))]
  }

  close(): void {
    this.resize.disconnect()
  }

  private follow(number: number): void {
    if (number >= 0) window.location.hash = address(['page', this.corpus.documents.doc_id[number]])
  }

  private toggleLasso(button: HTMLElement): void {
    this.isLasso = !this.isLasso
    button.setAttribute('aria-pressed', String(this.isLasso))
    this.canvas.classList.toggle('lasso', this.isLasso)
    this.painter.area = []
    if (!this.isLasso) {
      this.painter.chosen.clear()
      this.shownBelow = []
      this.listed.replaceChildren()
    }
    this.painter.drawSoon()
  }

  private choose(): void {
    const inArea = this.points.filter((one) => this.painter.fits[one] && inside(this.painter.place(one), this.painter.area))
    this.painter.chosen = new Set(inArea)
    this.list(inArea)
  }

  // The same without a pointer: what is in sight and fits the words, years and colour that were chosen.
  private listShown(): void {
    const { clientWidth, clientHeight } = this.canvas
    const isSeen = ([x, y]: [number, number]) => x >= 0 && y >= 0 && x <= clientWidth && y <= clientHeight
    this.painter.area = []
    this.painter.chosen.clear()
    this.list(this.points.filter((one) => this.painter.fits[one] && isSeen(this.painter.place(one))))
  }

  private list(numbers: number[]): void {
    this.shownBelow = numbers
    const list = growing(numbers, (number) =>
      h('a', { class: 'card small-card', href: address(['page', this.corpus.documents.doc_id[number]]) }, thumbnail(this.corpus, number, 120), h('span', { class: 'card-name' }, said(shortName(this.corpus, number)))),
    )
    list.firstElementChild?.classList.add('gallery')
    this.listed.replaceChildren(h('p', { class: 'finding' }, counted(numbers.length, 'page')), list)
    this.painter.drawSoon()
  }

  private hover(number: number): void {
    if (number === this.painter.hovered) return
    this.painter.hovered = number
    this.tip.hidden = number < 0
    if (number >= 0) {
      const [x, y] = this.painter.place(number)
      this.tip.replaceChildren(
        thumbnail(this.corpus, number, 110),
        h('div', {}, h('b', {}, said(shortName(this.corpus, number))), h('p', { class: 'quiet' }, said(this.corpus.documents.doc_id[number]))),
      )
      this.tip.style.setProperty('left', `${Math.min(x + 14, this.canvas.clientWidth - 300)}px`)
      this.tip.style.setProperty('top', `${Math.min(y + 14, this.canvas.clientHeight - 140)}px`)
    }
    this.painter.drawSoon()
  }
}

