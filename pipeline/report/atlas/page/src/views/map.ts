// Map: all pages by likeness; thumbnails when near; coloured by what the reader asks; years, words and areas choose.

import { type Corpus, year } from '../corpus'
import { openShard, pictureOf } from '../document'
import { h, said } from '../dom'
import { choice, growing, shortName, thumbnail } from '../parts'
import { address, note, type Route } from '../route'
import { counted, fill, T } from '../strings'
import type { Table, View } from '../view'
import { digitsOfQuery, pagesWith } from './search'

const t = T.map
// Okabe and Ito's colours; each with a shape, so that none is told by its hue alone.
const COLOURS = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#d55e00', '#56b4e9', '#6b4fa0', '#8a7a00']
const OTHER = '#8d887d'
const NEAR = 34 // pixels a page, from which thumbnails are drawn
const MOST_LABELS = 40
const MOST_PICTURES = 150 // drawn at once
const MANY = 1200 // pages in sight, from which dots are set pixel by pixel: thousands of shapes would take too long

type By = 'cluster' | 'family' | 'work' | 'year' | 'place' | 'function'

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
  private readonly tip = h('div', { class: 'map-tip', hidden: true })
  private readonly legend = h('div', { class: 'legend' })
  private readonly meaning = h('p', { class: 'explain' })
  private readonly listed = h('div', { 'aria-live': 'polite' })
  private readonly resize = new ResizeObserver(() => this.drawSoon())
  private readonly pictures = new Map<number, HTMLImageElement | null>()
  private by: By
  private range: [number, number] | null = null
  private words: string
  private withValues: Set<number> | null = null
  private only: string | null = null
  private isLasso = false
  private area: [number, number][] = []
  private chosen = new Set<number>() // in the area that was drawn
  private shownBelow: number[] = []
  private hovered = -1
  private scale = 1
  private centre: [number, number] = [0, 0]
  private span: [number, number] = [1, 1] // of the map, across and down
  private colourOf: string[] = []
  private shapeOf: number[] = []
  private asked = false
  private fits: boolean[] = []
  private labels: { name: string; x: number; y: number }[] = []

  constructor(corpus: Corpus, points: number[], route: Route) {
    this.corpus = corpus
    this.points = points
    const { documents } = corpus
    const [xs, ys] = [points.map((one) => documents.x[one] as number), points.map((one) => documents.y[one] as number)]
    const [left, right, top, bottom] = [least(xs), most(xs), least(ys), most(ys)]
    this.centre = [(left + right) / 2, (top + bottom) / 2]
    this.span = [Math.max(right - left, 1e-9), Math.max(bottom - top, 1e-9)]
    const options = (['cluster', 'family', 'work', 'year', 'place', 'function'] as By[]).filter((one) => this.isKnown(one))
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
        dated.length && first < last ? this.years(first, last) : null,
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
          this.button(T.page.zoomIn, '+', () => this.zoom(1.6)),
          this.button(T.page.zoomOut, '−', () => this.zoom(1 / 1.6)),
          this.button(t.reset, '○', () => this.reset()),
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

  private isKnown(by: By): boolean {
    const { documents } = this.corpus
    if (by === 'year') return this.points.some((one) => year(this.corpus, one) !== null)
    if (by === 'cluster' || by === 'family') return this.points.some((one) => documents[by][one] >= 0)
    return new Set(this.points.map((one) => documents[by][one]).filter(Boolean)).size > 0
  }

  private years(first: number, last: number): HTMLElement {
    const shown = h('output', { class: 'quiet' })
    const slider = (label: string, value: number) => h('input', { type: 'range', min: String(first), max: String(last), value: String(value), 'aria-label': label })
    const [from, to] = [slider(T.findings.yearFrom, this.range?.[0] ?? first), slider(T.findings.yearTo, this.range?.[1] ?? last)]
    const read = (): [number, number] => [Math.min(Number(from.value), Number(to.value)), Math.max(Number(from.value), Number(to.value))]
    const say = () => {
      const [low, high] = read()
      shown.textContent = `${low}–${high}`
    }
    for (const one of [from, to]) {
      one.addEventListener('input', () => {
        const [low, high] = read()
        this.range = low === first && high === last ? null : [low, high]
        note({ years: this.range ? `${low}-${high}` : null })
        say()
        this.filter()
      })
    }
    say()
    return h('div', { class: 'field', role: 'group', 'aria-label': t.years }, h('span', {}, t.years, ' ', shown), h('span', { class: 'double-range' }, from, to))
  }

  private value(number: number): string | null {
    const { documents } = this.corpus
    switch (this.by) {
      case 'cluster':
        return documents.cluster[number] >= 0 ? fill(t.cluster, { number: documents.cluster[number] + 1 }) : null
      case 'family':
        return documents.family[number] >= 0 ? fill(t.family, { number: documents.family[number] }) : null
      case 'year': {
        const one = year(this.corpus, number)
        return one === null ? null : `${Math.floor(one / 50) * 50}–${Math.floor(one / 50) * 50 + 49}`
      }
      default:
        return documents[this.by][number]
    }
  }

  private colour(by: By, remember = true): void {
    this.by = by
    this.only = null
    if (remember) note({ color: by })
    const times = new Map<string, number>()
    for (const number of this.points) {
      const value = this.value(number)
      if (value !== null) times.set(value, (times.get(value) ?? 0) + 1)
    }
    const byTime = [...times].sort((one, other) => other[1] - one[1] || one[0].localeCompare(other[0]))
    const named = (by === 'year' ? byTime.sort((one, other) => one[0].localeCompare(other[0])) : byTime).map(([value]) => value)
    const places = COLOURS.length * 2 // each colour as a disc and as a square
    const place = new Map(named.slice(0, places).map((value, k) => [value, k]))
    this.colourOf = []
    this.shapeOf = []
    for (const number of this.points) {
      const k = place.get(this.value(number) ?? '')
      this.colourOf[number] = k === undefined ? OTHER : COLOURS[k % COLOURS.length]
      this.shapeOf[number] = k === undefined ? 2 : Math.floor(k / COLOURS.length)
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
    const entries = named.slice(0, places).map((value, k) => entry(value, value, COLOURS[k % COLOURS.length], Math.floor(k / COLOURS.length)))
    if (named.length > places) entries.push(h('button', { type: 'button', disabled: true }, `${t.others} (${named.length - places})`))
    if (this.points.some((one) => this.value(one) === null)) entries.push(entry(t.noneOf, null, OTHER, 0))
    this.meaning.textContent = t.meaning[by] ?? ''
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
    this.fits = []
    for (const number of this.points) {
      const one = year(this.corpus, number)
      let fits = this.range === null || (one !== null && one >= this.range[0] && one <= this.range[1])
      if (fits && this.only !== null) fits = (this.value(number) ?? '') === this.only
      if (fits && words.length) {
        const text = `${documents.doc_id[number]} ${documents.about[number]} ${documents.words[number]} ${documents.heading[number]}`.toLowerCase()
        fits = words.every((word) => text.includes(word)) || (this.withValues?.has(number) ?? false)
      }
      this.fits[number] = fits
    }
    this.labels = this.named()
    this.drawSoon()
  }

  // Names of what is coloured, each at the middle of its pages, those of most pages first.
  private named(): { name: string; x: number; y: number }[] {
    const { documents } = this.corpus
    const groups = new Map<string, number[]>()
    for (const number of this.points) {
      const value = this.fits[number] ? this.value(number) : null
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
    const { canvas } = this
    canvas.addEventListener('wheel', (event) => {
      event.preventDefault()
      this.zoom(Math.exp(-event.deltaY / 400), [event.offsetX, event.offsetY])
    }, { passive: false })
    const held = new Map<number, [number, number]>()
    let travelled = 0
    canvas.addEventListener('pointerdown', (event) => {
      canvas.setPointerCapture(event.pointerId)
      held.set(event.pointerId, [event.offsetX, event.offsetY])
      travelled = 0
      if (this.isLasso) this.area = [[event.offsetX, event.offsetY]]
    })
    canvas.addEventListener('pointermove', (event) => {
      const before = held.get(event.pointerId)
      const now: [number, number] = [event.offsetX, event.offsetY]
      if (!before) return this.hover(this.at(now))
      travelled += Math.hypot(now[0] - before[0], now[1] - before[1])
      const other = [...held].find(([id]) => id !== event.pointerId)?.[1]
      if (this.isLasso) {
        this.area.push(now)
      } else if (other) {
        const ratio = Math.hypot(now[0] - other[0], now[1] - other[1]) / Math.max(1, Math.hypot(before[0] - other[0], before[1] - other[1]))
        this.zoom(ratio, other)
      } else {
        const pixels = this.pixels()
        this.centre = [this.centre[0] - (now[0] - before[0]) / pixels, this.centre[1] - (now[1] - before[1]) / pixels]
      }
      held.set(event.pointerId, now)
      this.drawSoon()
    })
    const release = (event: PointerEvent) => {
      if (!held.delete(event.pointerId)) return
      if (this.isLasso && this.area.length > 2) this.choose()
      else if (travelled < 5 && event.type === 'pointerup') this.follow(this.at([event.offsetX, event.offsetY]))
    }
    canvas.addEventListener('pointerup', release)
    canvas.addEventListener('pointercancel', release)
    canvas.addEventListener('pointerleave', () => this.hover(-1))
    canvas.addEventListener('keydown', (event) => this.key(event))
    this.drawSoon()
  }

  // The pages that are listed, or all that fit where none are.
  table(): Table {
    const { documents } = this.corpus
    const names = ['doc_id', 'work', 'place', 'year_from', 'year_to', 'function', 'cluster', 'family', 'x', 'y'] as const
    const listed = this.shownBelow.length ? this.shownBelow : this.points.filter((one) => this.fits[one])
    return [[...names], ...listed.map((number) => names.map((name) => documents[name][number]))]
  }

  close(): void {
    this.resize.disconnect()
  }

  private key(event: KeyboardEvent): void {
    const step = 60 / this.pixels()
    const act: Record<string, () => void> = {
      ArrowLeft: () => (this.centre[0] -= step),
      ArrowRight: () => (this.centre[0] += step),
      ArrowUp: () => (this.centre[1] -= step),
      ArrowDown: () => (this.centre[1] += step),
      '+': () => this.zoom(1.4),
      '=': () => this.zoom(1.4),
      '-': () => this.zoom(1 / 1.4),
      '0': () => this.reset(),
      Enter: () => this.follow(this.at([this.canvas.clientWidth / 2, this.canvas.clientHeight / 2], Number.POSITIVE_INFINITY)),
    }
    if (!act[event.key]) return
    event.preventDefault()
    act[event.key]()
    this.hover(this.at([this.canvas.clientWidth / 2, this.canvas.clientHeight / 2], 80))
    this.drawSoon()
  }

  private follow(number: number): void {
    if (number >= 0) window.location.hash = address(['page', this.corpus.documents.doc_id[number]])
  }

  private toggleLasso(button: HTMLElement): void {
    this.isLasso = !this.isLasso
    button.setAttribute('aria-pressed', String(this.isLasso))
    this.canvas.classList.toggle('lasso', this.isLasso)
    this.area = []
    if (!this.isLasso) {
      this.chosen.clear()
      this.shownBelow = []
      this.listed.replaceChildren()
    }
    this.drawSoon()
  }

  private choose(): void {
    const inArea = this.points.filter((one) => this.fits[one] && inside(this.place(one), this.area))
    this.chosen = new Set(inArea)
    this.list(inArea)
  }

  // The same without a pointer: what is in sight and fits the words, years and colour that were chosen.
  private listShown(): void {
    const { clientWidth, clientHeight } = this.canvas
    const isSeen = ([x, y]: [number, number]) => x >= 0 && y >= 0 && x <= clientWidth && y <= clientHeight
    this.area = []
    this.chosen.clear()
    this.list(this.points.filter((one) => this.fits[one] && isSeen(this.place(one))))
  }

  private list(numbers: number[]): void {
    this.shownBelow = numbers
    const list = growing(numbers, (number) =>
      h('a', { class: 'card small-card', href: address(['page', this.corpus.documents.doc_id[number]]) }, thumbnail(this.corpus, number, 120), h('span', { class: 'card-name' }, said(shortName(this.corpus, number)))),
    )
    list.firstElementChild?.classList.add('gallery')
    this.listed.replaceChildren(h('p', { class: 'finding' }, counted(numbers.length, 'page')), list)
    this.drawSoon()
  }

  private pixels(): number {
    const { clientWidth, clientHeight } = this.canvas
    const room = 2 * Math.min(60, this.size())
    return this.scale * Math.max(1, Math.min((clientWidth - room) / this.span[0], (clientHeight - room) / this.span[1]))
  }

  private place(number: number): [number, number] {
    const { documents } = this.corpus
    return this.onCanvas(documents.x[number] as number, documents.y[number] as number)
  }

  private onCanvas(x: number, y: number): [number, number] {
    const pixels = this.pixels()
    return [this.canvas.clientWidth / 2 + (x - this.centre[0]) * pixels, this.canvas.clientHeight / 2 + (y - this.centre[1]) * pixels]
  }

  private zoom(factor: number, about?: [number, number]): void {
    const [x, y] = about ?? [this.canvas.clientWidth / 2, this.canvas.clientHeight / 2]
    const before = this.pixels()
    this.scale = Math.min(400, Math.max(0.5, this.scale * factor))
    const after = this.pixels()
    const [dx, dy] = [x - this.canvas.clientWidth / 2, y - this.canvas.clientHeight / 2]
    this.centre = [this.centre[0] + dx / before - dx / after, this.centre[1] + dy / before - dy / after]
    this.drawSoon()
  }

  private reset(): void {
    const { documents } = this.corpus
    const [xs, ys] = [this.points.map((one) => documents.x[one] as number), this.points.map((one) => documents.y[one] as number)]
    this.scale = 1
    this.centre = [(least(xs) + most(xs)) / 2, (least(ys) + most(ys)) / 2]
    this.drawSoon()
  }

  // The page nearest to a point, within a reach in pixels.
  private at([x, y]: [number, number], reach = 0): number {
    const limit = reach || (this.size() >= NEAR ? this.size() / 2 : 10)
    const { documents } = this.corpus
    const pixels = this.pixels()
    const [atX, atY] = [this.centre[0] + (x - this.canvas.clientWidth / 2) / pixels, this.centre[1] + (y - this.canvas.clientHeight / 2) / pixels]
    let [best, distance] = [-1, (limit / pixels) ** 2]
    for (const number of this.points) {
      if (!this.fits[number]) continue
      const own = ((documents.x[number] as number) - atX) ** 2 + ((documents.y[number] as number) - atY) ** 2
      if (own < distance) {
        best = number
        distance = own
      }
    }
    return best
  }

  private hover(number: number): void {
    if (number === this.hovered) return
    this.hovered = number
    this.tip.hidden = number < 0
    if (number >= 0) {
      const [x, y] = this.place(number)
      this.tip.replaceChildren(
        thumbnail(this.corpus, number, 110),
        h('div', {}, h('b', {}, said(shortName(this.corpus, number))), h('p', { class: 'quiet' }, said(this.corpus.documents.about[number].slice(0, 120)))),
      )
      this.tip.style.setProperty('left', `${Math.min(x + 14, this.canvas.clientWidth - 300)}px`)
      this.tip.style.setProperty('top', `${Math.min(y + 14, this.canvas.clientHeight - 140)}px`)
    }
    this.drawSoon()
  }

  private drawSoon(): void {
    if (this.asked) return
    this.asked = true
    requestAnimationFrame(() => {
      this.asked = false
      this.draw()
    })
  }

  // How large a page is drawn: as large as its place allows where few are in sight.
  private size(): number {
    const seen = Math.max(1, this.points.length / this.scale ** 2)
    return Math.min(150, Math.sqrt((this.canvas.clientWidth * this.canvas.clientHeight) / seen) * 0.36)
  }

  draw(): void {
    const { canvas } = this
    const ratio = window.devicePixelRatio || 1
    const [width, height] = [canvas.clientWidth, canvas.clientHeight]
    if (!width || !height) return
    if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio)
    if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio)
    const brush = canvas.getContext('2d')
    if (!brush) return
    brush.setTransform(ratio, 0, 0, ratio, 0, 0)
    brush.clearRect(0, 0, width, height)
    const size = this.size()
    const dot = Math.min(7, Math.max(2.5, size / 5))
    let pictures = 0
    const faint: [number, number, number][] = []
    const shown: [number, number, number][] = []
    const { documents } = this.corpus
    const pixels = this.pixels()
    const [left, top] = [width / 2 - this.centre[0] * pixels, height / 2 - this.centre[1] * pixels]
    for (const number of this.points) {
      const [x, y] = [left + (documents.x[number] as number) * pixels, top + (documents.y[number] as number) * pixels]
      if (x < -size || y < -size || x > width + size || y > height + size) continue
      ;(this.fits[number] ? shown : faint).push([number, x, y])
    }
    if (faint.length + shown.length > MANY) {
      this.stamp(brush, faint, shown, dot, ratio)
      for (const [number, x, y] of shown) {
        if (number !== this.hovered && !this.chosen.has(number)) continue
        brush.lineWidth = 2
        brush.strokeStyle = getComputedStyle(canvas).color
        brush.strokeRect(x - dot - 3, y - dot - 3, 2 * dot + 6, 2 * dot + 6)
      }
      this.drawLabels(brush)
      this.drawArea(brush)
      return
    }
    brush.fillStyle = OTHER
    brush.globalAlpha = 0.45
    for (const [, x, y] of faint) brush.fillRect(x - 1.5, y - 1.5, 3, 3)
    brush.globalAlpha = 1
    const near = size >= NEAR && shown.length <= 4 * MOST_PICTURES
    for (const [number, x, y] of shown) {
      const picture = near && pictures < MOST_PICTURES ? this.picture(number) : null
      brush.fillStyle = this.colourOf[number]
      if (picture) {
        pictures++
        const high = size
        const wide = (size * picture.naturalWidth) / Math.max(1, picture.naturalHeight)
        brush.fillRect(x - wide / 2 - 3, y - high / 2 - 3, wide + 6, high + 6)
        brush.drawImage(picture, x - wide / 2, y - high / 2, wide, high)
      } else if (this.shapeOf[number] === 1) {
        brush.fillRect(x - dot, y - dot, 2 * dot, 2 * dot)
      } else {
        brush.beginPath()
        brush.arc(x, y, dot, 0, 7)
        brush.fill()
      }
      if (number === this.hovered || this.chosen.has(number)) {
        brush.lineWidth = 2
        brush.strokeStyle = getComputedStyle(canvas).color
        const half = picture ? (size * picture.naturalWidth) / Math.max(1, picture.naturalHeight) / 2 + 5 : dot + 3
        const reach = picture ? size / 2 + 5 : dot + 3
        brush.strokeRect(x - half, y - reach, 2 * half, 2 * reach)
      }
    }
    this.drawLabels(brush)
    this.drawArea(brush)
  }

  // Where two names would meet, that of fewer pages is left out.
  private drawLabels(brush: CanvasRenderingContext2D): void {
    const style = getComputedStyle(this.canvas)
    brush.font = `600 13px ${style.fontFamily}`
    brush.textAlign = 'center'
    brush.lineWidth = 4
    brush.lineJoin = 'round'
    const taken: [number, number, number][] = []
    const lift = this.size() >= NEAR ? this.size() / 2 + 8 : 14
    for (const { name, x: middle, y: height } of this.labels) {
      const [x, low] = this.onCanvas(middle, height)
      const y = low - lift
      const shown = name.length > 26 ? `${name.slice(0, 25)}…` : name
      const half = brush.measureText(shown).width / 2
      if (taken.some(([otherX, otherY, otherHalf]) => Math.abs(otherY - y) < 17 && Math.abs(otherX - x) < half + otherHalf + 6)) continue
      taken.push([x, y, half])
      brush.strokeStyle = style.getPropertyValue('--sheet')
      brush.strokeText(shown, x, y)
      brush.fillStyle = style.getPropertyValue('--ink')
      brush.fillText(shown, x, y)
    }
    brush.textAlign = 'start'
  }

  private drawArea(brush: CanvasRenderingContext2D): void {
    if (this.area.length > 1) {
      brush.strokeStyle = getComputedStyle(this.canvas).color
      brush.lineWidth = 1.5
      brush.setLineDash([5, 4])
      brush.beginPath()
      for (const [x, y] of this.area) brush.lineTo(x, y)
      brush.closePath()
      brush.stroke()
      brush.setLineDash([])
    }
  }

  // Dots set into the pixels of the canvas: discs, and squares for the second turn of colours.
  private stamp(brush: CanvasRenderingContext2D, faint: [number, number, number][], shown: [number, number, number][], dot: number, ratio: number): void {
    const { width, height } = brush.canvas
    const image = brush.createImageData(width, height)
    const cells = new Uint32Array(image.data.buffer)
    const put = (x: number, y: number, reach: number, colour: number, isRound: boolean) => {
      const [middleX, middleY] = [Math.round(x * ratio), Math.round(y * ratio)]
      for (let dy = -reach; dy <= reach; dy++) {
        const line = middleY + dy
        if (line < 0 || line >= height) continue
        const half = isRound ? Math.round(Math.sqrt(reach * reach + reach - dy * dy)) : reach
        const [begin, end] = [Math.max(0, middleX - half), Math.min(width - 1, middleX + half)]
        if (begin <= end) cells.fill(colour, line * width + begin, line * width + end + 1)
      }
    }
    const reach = Math.max(1, Math.round(dot * ratio))
    const known = new Map<string, number>()
    const bytes = (hex: string, opacity: number) => {
      const key = `${hex}${opacity}`
      const found = known.get(key)
      if (found !== undefined) return found
      const [r, g, b] = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16))
      const made = ((opacity << 24) | (b << 16) | (g << 8) | r) >>> 0
      known.set(key, made)
      return made
    }
    for (const [, x, y] of faint) put(x, y, 1, bytes(OTHER, 60), false)
    for (const [number, x, y] of shown) put(x, y, reach, bytes(this.colourOf[number], 255), this.shapeOf[number] !== 1)
    brush.putImageData(image, 0, 0)
  }

  private picture(number: number): HTMLImageElement | null {
    const known = this.pictures.get(number)
    if (known !== undefined) return known?.complete && known.naturalWidth ? known : null
    this.pictures.set(number, null)
    void openShard(number).then((shard) => {
      const found = pictureOf(shard)
      if (!found?.small) return
      const image = new Image()
      image.onload = () => this.drawSoon()
      image.src = found.small
      this.pictures.set(number, image)
    })
    return null
  }
}

function middleOf(values: number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)]
}

function least(values: number[]): number {
  return values.reduce((one, other) => Math.min(one, other), Number.POSITIVE_INFINITY)
}

function most(values: number[]): number {
  return values.reduce((one, other) => Math.max(one, other), Number.NEGATIVE_INFINITY)
}

function inside([x, y]: [number, number], area: [number, number][]): boolean {
  let is = false
  for (let i = 0, j = area.length - 1; i < area.length; j = i++) {
    const [[x0, y0], [x1, y1]] = [area[i], area[j]]
    if (y0 > y !== y1 > y && x < ((x1 - x0) * (y - y0)) / (y1 - y0) + x0) is = !is
  }
  return is
}
