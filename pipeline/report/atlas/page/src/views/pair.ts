// Pair: two pages beside one another, and what makes them alike: the joint relevance of their regions (BiLRP).

import { tie, type Tie, VARIANT } from '../alignment'
import type { Corpus } from '../corpus'
import { type Collation, collationOf, type Doc, openDocument, type Region } from '../document'
import { h, said } from '../dom'
import { growing, rectangle, regionName, section, shortName, tick } from '../parts'
import { type Entry, RegionMatrix } from '../matrix'
import { type Connection, featuresOf, type Level, LEVELS, type RelevanceMap, relevanceMap, strongest } from '../relevance'
import { PairSums } from '../sums'
import { address, note, type Route } from '../route'
import { counted, fill, T } from '../strings'
import { MissingError, numberOf, type Table, type View } from '../view'
import { agreement, pairKicker, turn, verdict } from '../verdict'
import { PageViewer } from '../viewer'
import { Bridge } from './bridge'
import { collationMarks, heat } from './pair-layers'
import { RelevanceWords } from './relevance-words'

const t = T.pair
const DRAWN = 400 // of the strongest connections that are looked at for a picture
const FIRST = 16 // connections that are shown unasked
const OF_REGION = 2 // connections of one region, so that no busy cell hides the others
const PARTNERS = 6 // of a region that is pointed at
const LISTED = 200

export async function openPair(corpus: Corpus, route: Route): Promise<View> {
  const [one, other] = [numberOf(corpus, route.path[1]), numberOf(corpus, route.path[2])]
  if (one === other || corpus.documents.failed[one] !== null || corpus.documents.failed[other] !== null) {
    throw new MissingError(route.path.slice(0, 3).join('/'))
  }
  const docs = await Promise.all([openDocument(one), openDocument(other)])
  const turned = one > other
  const collation = await collationOf(turned ? docs[1] : docs[0], turned ? docs[0] : docs[1])
  const view = new PairView(corpus, docs[0], docs[1], collation && turned ? turn(collation) : collation, route)
  return {
    title: `${shortName(corpus, one)} — ${shortName(corpus, other)}`,
    kicker: pairKicker(corpus, one, other),
    sentence: verdict(docs[0], other),
    wide: true,
    body: view.body,
    table: () => view.table(),
    opened: () => view.open(),
    closed: () => view.close(),
  }
}

// A region of one of the two pages.
type Place = { side: 0 | 1; index: number }

class PairView {
  readonly body: Node[]
  private readonly corpus: Corpus
  private readonly a: Doc
  private readonly b: Doc
  private readonly collation: Collation | null
  private readonly viewers: [PageViewer, PageViewer]
  private readonly bridge: Bridge
  private readonly stage: HTMLElement
  private readonly told = h('p', { class: 'pointed-at', role: 'status' })
  private readonly sums: PairSums
  private readonly slider: HTMLInputElement
  private readonly sliderText = h('output', { class: 'quiet' })
  private readonly listed = h('div')
  private readonly tie: Tie
  private level: Level
  private hide: boolean
  private readonly matrix = new RegionMatrix((entry, chosen) => this.pointEntry(entry, chosen))
  private entry: Entry | null = null
  private isTied = true
  private marks = false
  private map!: RelevanceMap
  private words!: RelevanceWords
  private best: Connection[] = []
  private drawn: Connection[] = []
  private least = 0.5
  private chosen: Place | null = null
  private pointed: Place | null = null
  private active: 0 | 1 = 0
  private lines: Connection[] = []
  private readonly resized = () => this.drawBridge()

  constructor(corpus: Corpus, a: Doc, b: Doc, collation: Collation | null, route: Route) {
    this.corpus = corpus
    this.a = a
    this.b = b
    this.collation = collation
    this.tie = tie(a, b, collation)
    this.sums = new PairSums(a, b, corpus.specific)
    this.viewers = [new PageViewer(a), new PageViewer(b)]
    this.bridge = new Bridge(this.viewers)
    const asked = route.query.get('level') as Level
    this.level = LEVELS.includes(asked) ? asked : 'cell'
    const beyond = route.query.get('beyond')
    this.hide = beyond ? beyond === '1' : corpus.similarity.chosen === 'specific'
    const tall = [a, b].sort((one, other) => one.width / one.height - other.width / other.height)[0]
    this.stage = h('div', { class: 'pair-stage', style: { '--ratio': `${tall.width} / ${tall.height}` } }, this.viewers.map((one) => one.element), this.bridge.element)
    this.slider = h('input', {
      type: 'range', min: '1', max: '100', step: '1', id: 'strength',
      oninput: () => {
        this.least = Number(this.slider.value) / 100
        note({ from: this.slider.value })
        this.draw()
      },
    })
    this.remake(route.query.get('from'))
    const at = (route.query.get('at') ?? '').split(',')
    for (const side of [0, 1] as const) {
      const index = at[side] ? this.regions(side).findIndex((one) => one.id === Number(at[side])) : -1
      if (index >= 0 && !this.chosen) this.chosen = { side, index }
    }
    this.body = [
      h('p', { class: 'agreement' }, agreement(corpus, a, b.number).join(' '), ' ', this.apparatusLink()),
      this.controls(),
      this.stage,
      this.told,
      ...this.sums.body,
      h('p', { class: 'quiet' }, this.tie.cells ? fill(t.tiedBy, { cells: counted(this.tie.cells, 'cell') }) : t.tiedLoose),
      h('p', { class: 'explain' }, t.what, ' ', t.hideWhat, ' ', t.decided),
      h(
        'div',
        { class: 'beneath' },
        section(t.list, this.listed),
        section(t.matrix, h('p', { class: 'explain' }, t.matrixWhat), this.matrix.element),
      ),
    ]
  }

  private apparatusLink(): HTMLElement | null {
    if (!this.collation) return null
    const variants = this.collation.relation.filter((one) => one === VARIANT).length
    const link = h('a', { href: address(['apparatus', this.a.name, this.b.name, 1]) }, variants === 0 ? t.apparatusNone : variants === 1 ? t.apparatusOne : fill(t.apparatus, { variants }))
    return link
  }

  private controls(): HTMLElement {
    const levels = LEVELS.map((level) =>
      h(
        'label',
        { class: 'tick' },
        h('input', {
          type: 'radio', name: 'level', value: level, checked: level === this.level,
          onchange: () => {
            this.level = level
            this.chosen = null
            note({ level: level === 'cell' ? null : level, at: null, from: null })
            this.remake(null)
            this.draw()
          },
        }),
        h('span', {}, t.levels[level]),
      ),
    )
    const other = { level: this.level === 'cell' ? null : this.level, beyond: this.hide ? 1 : 0 }
    return h(
      'div',
      { class: 'controls' },
      h('span', { class: 'ticks', role: 'radiogroup', 'aria-label': t.level }, h('span', { class: 'quiet' }, t.level), levels),
      tick(t.hide, this.hide, (on) => {
        this.hide = on
        note({ beyond: on ? 1 : 0, from: null })
        this.remake(null)
        this.draw()
      }),
      h('label', { class: 'tick', for: 'strength' }, h('span', {}, t.strength), this.slider, this.sliderText),
      tick(t.tied, true, (on) => {
        this.isTied = on
      }),
      this.collation
        ? tick(t.marks, false, (on) => {
            this.marks = on
            this.drawMarks()
          })
        : null,
      h('a', { href: address(['pair', this.b.name, this.a.name], other) }, t.swap),
    )
  }

  private remake(from: string | null): void {
    this.entry = null
    this.map = relevanceMap(this.a, this.b, this.level, this.hide ? this.corpus.specific : undefined)
    this.words = new RelevanceWords([this.a, this.b], this.map, this.hide)
    this.best = strongest(this.map, DRAWN)
    const few = fewOfEach(this.best.slice(0, 4 * FIRST))
    const last = few[Math.min(FIRST, few.length) - 1]
    const least = last && this.map.strongest ? Math.abs(last.relevance) / this.map.strongest : 0.5
    this.least = from ? Math.min(1, Math.max(0.01, Number(from) / 100 || 0.5)) : Math.min(1, Math.max(0.01, least))
    this.slider.value = String(Math.floor(100 * this.least))
  }

  // The connections that are listed.
  table(): Table {
    const head = ['region_a', 'region_b', 'name_a', 'name_b', 'relevance', 'share', 'digits']
    const line = ({ i, j, relevance }: Connection) => {
      const [a, b] = [this.map.a[i], this.map.b[j]]
      const share = this.map.score ? relevance / this.map.score : 0
      return [a.id, b.id, regionName(this.a, a), regionName(this.b, b), relevance, share, featuresOf(this.map, i, j, 5).join(' ')]
    }
    return [head, ...this.best.slice(0, LISTED).map(line)]
  }

  open(): void {
    this.viewers.forEach((viewer, k) => {
      const side = k as 0 | 1
      viewer.open()
      viewer.element.addEventListener('pointerenter', () => (this.active = side))
      viewer.element.addEventListener('pointerdown', () => (this.active = side), true)
      viewer.element.addEventListener('focusin', () => (this.active = side))
      viewer.element.addEventListener('wheel', () => (this.active = side), { capture: true, passive: true })
      viewer.onMoved(() => {
        const bounds = this.active === side && this.isTied ? viewer.bounds : null
        if (bounds) this.viewers[1 - side].bounds = side === 0 ? this.tie.forth(bounds) : this.tie.back(bounds)
        this.drawBridge()
      })
      viewer.onPointed(
        () => this.smallestFirst(side),
        (region, chosen) => {
          const index = region ? this.regions(side).indexOf(region) : -1
          const found = index >= 0 ? { side, index } : null
          if (chosen) this.choose(found)
          else {
            this.pointed = found
            this.follow()
          }
        },
      )
    })
    window.addEventListener('resize', this.resized)
    this.drawMarks()
    this.draw()
    this.viewers[0].when(() =>
      this.viewers[1].when(() => {
        const bounds = this.viewers[0].bounds
        if (bounds) this.viewers[1].bounds = this.tie.forth(bounds)
        if (this.chosen) this.viewers[this.chosen.side].reveal(this.regions(this.chosen.side)[this.chosen.index].box)
        this.drawBridge()
      }),
    )
  }

  close(): void {
    window.removeEventListener('resize', this.resized)
    for (const viewer of this.viewers) viewer.close()
  }

  private regions(side: 0 | 1): Region[] {
    return side === 0 ? this.map.a : this.map.b
  }

  // Where regions lie over one another, the smaller is meant.
  private smallestFirst(side: 0 | 1): Region[] {
    const size = (one: Region) => (one.box[2] - one.box[0]) * (one.box[3] - one.box[1])
    return [...this.regions(side)].sort((one, other) => size(one) - size(other))
  }

  private choose(found: Place | null): void {
    this.chosen = found
    const id = found ? this.regions(found.side)[found.index].id : null
    note({ at: found ? (found.side === 0 ? `${id},` : `,${id}`) : null })
    this.follow()
  }

  private value(i: number, j: number): number {
    return this.map.values[i * this.map.b.length + j]
  }

  private partners({ side, index }: Place, count: number): Connection[] {
    const others = this.regions((1 - side) as 0 | 1)
    return others
      .map((_, k) => ({ i: side === 0 ? index : k, j: side === 0 ? k : index, relevance: side === 0 ? this.value(index, k) : this.value(k, index) }))
      .filter((one) => one.relevance !== 0)
      .sort((one, other) => Math.abs(other.relevance) - Math.abs(one.relevance))
      .slice(0, count)
  }

  // What the slider lets through, in numbers and as a list.
  private draw(): void {
    const limit = this.least * this.map.strongest
    const all = this.best.filter((one) => Math.abs(one.relevance) >= limit)
    this.drawn = fewOfEach(all)
    this.sliderText.textContent = fill(t.strengthOf, { percent: Math.floor(100 * this.least) })
    this.sums.show(this.map, this.drawn, this.hide)
    this.drawList(all)
    this.follow()
  }

  // What is pointed at or chosen, on both pages and in the square.
  private follow(): void {
    const { entry } = this
    const focus = entry ? null : (this.pointed ?? this.chosen)
    this.lines = entry ? [{ ...entry, relevance: this.value(entry.i, entry.j) }] : focus ? this.partners(focus, PARTNERS) : this.drawn
    this.drawHeat(focus)
    this.drawBridge()
    this.told.textContent = entry
      ? this.words.ofConnection(this.lines[0])
      : focus
        ? this.words.ofRegion(focus.side, focus.index, this.partners(focus, 3))
        : t.point
    this.matrix.show(this.map, this.lines)
  }

  private pointEntry(entry: Entry | null, chosen: boolean): void {
    this.entry = entry
    if (chosen && entry) {
      this.choose({ side: 0, index: entry.i })
      this.viewers[0].reveal(this.map.a[entry.i].box)
      this.viewers[1].reveal(this.map.b[entry.j].box)
    } else {
      this.follow()
    }
  }

  private drawHeat(focus: Place | null): void {
    for (const side of [0, 1] as const) {
      const regions = this.regions(side)
      const values =
        focus && focus.side !== side
          ? regions.map((_, k) => (side === 0 ? this.value(k, focus.index) : this.value(focus.index, k)))
          : Array.from(side === 0 ? this.map.ofA : this.map.ofB)
      this.viewers[side].layer('heat', heat(regions, values, this.level))
      const ends = this.lines.map((one) => (side === 0 ? this.map.a[one.i] : this.map.b[one.j]))
      const marked = ends.map((one) => rectangle(one.box, { class: 'line end' }))
      if (focus && focus.side === side) marked.push(rectangle(regions[focus.index].box, { class: 'line pointed' }))
      this.viewers[side].layer('pointed', marked)
    }
  }

  private drawMarks(): void {
    if (!this.collation) return
    const shapes = collationMarks(this.a, this.b, this.collation, this.corpus.sure_variant, this.marks)
    this.viewers.forEach((viewer, side) => viewer.layer('marks', shapes[side]))
  }

  private drawBridge(): void {
    this.bridge.draw(this.stage.getBoundingClientRect(), this.map, this.level, this.lines)
  }

  private drawList(all: Connection[]): void {
    const row = ({ i, j, relevance }: Connection) => {
      const features = featuresOf(this.map, i, j, 5)
      return h(
        'button',
        {
          type: 'button',
          class: 'connection',
          onclick: () => {
            this.choose({ side: 0, index: i })
            this.active = 0
            this.viewers[0].reveal(this.map.a[i].box)
            this.viewers[1].reveal(this.map.b[j].box)
            this.stage.scrollIntoView({ block: 'nearest' })
          },
        },
        h('span', { class: relevance < 0 ? 'share against' : 'share' }, this.words.part(relevance, 2)),
        h('span', {}, said(regionName(this.a, this.map.a[i]))),
        h('span', {}, said(regionName(this.b, this.map.b[j]))),
        h('span', { class: 'quiet' }, `${t.common} ${features.join(' ')}`),
      )
    }
    this.listed.replaceChildren(growing(all.slice(0, LISTED), row, 12))
  }
}

function fewOfEach(connections: Connection[]): Connection[] {
  const [ofA, ofB] = [new Map<number, number>(), new Map<number, number>()]
  return connections.filter(({ i, j }) => {
    const [one, other] = [ofA.get(i) ?? 0, ofB.get(j) ?? 0]
    if (one >= OF_REGION || other >= OF_REGION) return false
    ofA.set(i, one + 1)
    ofB.set(j, other + 1)
    return true
  })
}
