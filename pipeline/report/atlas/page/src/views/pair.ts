// Pair: two pages beside one another, and what makes them alike: the joint relevance of their regions (BiLRP).

import { tie, type Tie, VARIANT } from '../alignment'
import type { Corpus } from '../corpus'
import { type Collation, collationOf, type Doc, openDocument, type Region } from '../document'
import { h } from '../dom'
import { rectangle, section, shortName, tick } from '../parts'
import { type Entry, RegionMatrix } from '../matrix'
import { type Connection, type Level, LEVELS, type RelevanceMap, relevanceMap, strongest } from '../relevance'
import { PairSums } from '../sums'
import { address, note, type Route } from '../route'
import { counted, fill, T } from '../strings'
import { MissingError, numberOf, type Table, type View } from '../view'
import { agreement, pairKicker, turn, verdict } from '../verdict'
import { Bridge } from './bridge'
import { connectionList, connectionTable, fewOfEach, partnersOf, relevanceOf } from './pair-connections'
import { collationMarks, heat, smallestFirst } from './pair-layers'
import { levelChoice } from './level-choice'
import { RelevanceWords } from './relevance-words'
import { TiedViewers } from './tied-viewers'

const t = T.pair
const DRAWN = 400 // of the strongest connections that are looked at for a picture
const FIRST = 16 // connections that are shown unasked
const PARTNERS = 6 // of a region that is pointed at

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
  private readonly docs: [Doc, Doc]
  private readonly collation: Collation | null
  private readonly pages: TiedViewers
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
  private marks = false
  private map!: RelevanceMap
  private words!: RelevanceWords
  private best: Connection[] = []
  private drawn: Connection[] = []
  private least = 0.5
  private chosen: Place | null = null
  private pointed: Place | null = null
  private lines: Connection[] = []
  private readonly resized = () => this.drawBridge()

  constructor(corpus: Corpus, a: Doc, b: Doc, collation: Collation | null, route: Route) {
    this.corpus = corpus
    this.docs = [a, b]
    this.collation = collation
    this.tie = tie(a, b, collation)
    this.sums = new PairSums(a, b, corpus.specific)
    this.pages = new TiedViewers(a, b, this.tie)
    this.bridge = new Bridge(this.pages.both)
    const asked = route.query.get('level') as Level
    this.level = LEVELS.includes(asked) ? asked : 'cell'
    const beyond = route.query.get('beyond')
    this.hide = beyond ? beyond === '1' : corpus.similarity.chosen === 'specific'
    const tall = [a, b].sort((one, other) => one.width / one.height - other.width / other.height)[0]
    this.stage = h('div', { class: 'pair-stage', style: { '--ratio': `${tall.width} / ${tall.height}` } }, this.pages.both.map((one) => one.element), this.bridge.element)
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
    const [a, b] = this.docs
    const variants = this.collation.relation.filter((one) => one === VARIANT).length
    const words = variants === 0 ? t.apparatusNone : variants === 1 ? t.apparatusOne : fill(t.apparatus, { variants })
    return h('a', { href: address(['apparatus', a.name, b.name, 1]) }, words)
  }

  private controls(): HTMLElement {
    const [a, b] = this.docs
    const other = { level: this.level === 'cell' ? null : this.level, beyond: this.hide ? 1 : 0 }
    return h(
      'div',
      { class: 'controls' },
      levelChoice(this.level, (level) => this.chooseLevel(level)),
      tick(t.hide, this.hide, (on) => {
        this.hide = on
        note({ beyond: on ? 1 : 0, from: null })
        this.remake(null)
        this.draw()
      }),
      h('label', { class: 'tick', for: 'strength' }, h('span', {}, t.strength), this.slider, this.sliderText),
      tick(t.tied, true, (on) => {
        this.pages.isTied = on
      }),
      this.collation
        ? tick(t.marks, false, (on) => {
            this.marks = on
            this.drawMarks()
          })
        : null,
      h('a', { href: address(['pair', b.name, a.name], other) }, t.swap),
    )
  }

  private chooseLevel(level: Level): void {
    this.level = level
    this.chosen = null
    note({ level: level === 'cell' ? null : level, at: null, from: null })
    this.remake(null)
    this.draw()
  }

  private remake(from: string | null): void {
    this.entry = null
    this.map = relevanceMap(...this.docs, this.level, this.hide ? this.corpus.specific : undefined)
    this.words = new RelevanceWords(this.docs, this.map, this.hide)
    this.best = strongest(this.map, DRAWN)
    const few = fewOfEach(this.best.slice(0, 4 * FIRST))
    const last = few[Math.min(FIRST, few.length) - 1]
    const least = last && this.map.strongest ? Math.abs(last.relevance) / this.map.strongest : 0.5
    this.least = from ? Math.min(1, Math.max(0.01, Number(from) / 100 || 0.5)) : Math.min(1, Math.max(0.01, least))
    this.slider.value = String(Math.floor(100 * this.least))
  }

  // The connections that are listed.
  table(): Table {
    return connectionTable(this.best, this.docs, this.map)
  }

  open(): void {
    this.pages.open(() => this.drawBridge())
    this.pages.both.forEach((viewer, k) => {
      const side = k as 0 | 1
      viewer.onPointed(
        () => smallestFirst(this.regions(side)),
        (region, chosen) => this.pointRegion(side, region, chosen),
      )
    })
    window.addEventListener('resize', this.resized)
    this.drawMarks()
    this.draw()
    this.pages.when(() => {
      if (this.chosen) this.pages.both[this.chosen.side].reveal(this.regions(this.chosen.side)[this.chosen.index].box)
      this.drawBridge()
    })
  }

  close(): void {
    window.removeEventListener('resize', this.resized)
    this.pages.close()
  }

  private regions(side: 0 | 1): Region[] {
    return side === 0 ? this.map.a : this.map.b
  }

  private choose(found: Place | null): void {
    this.chosen = found
    const id = found ? this.regions(found.side)[found.index].id : null
    note({ at: found ? (found.side === 0 ? `${id},` : `,${id}`) : null })
    this.follow()
  }

  private pointRegion(side: 0 | 1, region: Region | null, chosen: boolean): void {
    const index = region ? this.regions(side).indexOf(region) : -1
    const found = index >= 0 ? { side, index } : null
    if (chosen) {
      this.choose(found)
    } else {
      this.pointed = found
      this.follow()
    }
  }

  private chooseConnection({ i, j }: Entry): void {
    this.choose({ side: 0, index: i })
    this.pages.reveal(this.map.a[i].box, this.map.b[j].box)
  }

  private partners({ side, index }: Place, count: number): Connection[] {
    return partnersOf(this.map, side, index, count)
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
    this.lines = entry ? [{ ...entry, relevance: relevanceOf(this.map, entry.i, entry.j) }] : focus ? this.partners(focus, PARTNERS) : this.drawn
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
      this.chooseConnection(entry)
    } else {
      this.follow()
    }
  }

  private drawHeat(focus: Place | null): void {
    for (const side of [0, 1] as const) {
      const regions = this.regions(side)
      const values =
        focus && focus.side !== side
          ? regions.map((_, k) => (side === 0 ? relevanceOf(this.map, k, focus.index) : relevanceOf(this.map, focus.index, k)))
          : Array.from(side === 0 ? this.map.ofA : this.map.ofB)
      this.pages.both[side].layer('heat', heat(regions, values, this.level))
      const ends = this.lines.map((one) => (side === 0 ? this.map.a[one.i] : this.map.b[one.j]))
      const marked = ends.map((one) => rectangle(one.box, { class: 'line end' }))
      if (focus && focus.side === side) marked.push(rectangle(regions[focus.index].box, { class: 'line pointed' }))
      this.pages.both[side].layer('pointed', marked)
    }
  }

  private drawMarks(): void {
    if (!this.collation) return
    const shapes = collationMarks(...this.docs, this.collation, this.corpus.sure_variant, this.marks)
    this.pages.both.forEach((viewer, side) => viewer.layer('marks', shapes[side]))
  }

  private drawBridge(): void {
    this.bridge.draw(this.stage.getBoundingClientRect(), this.map, this.level, this.lines)
  }

  private drawList(all: Connection[]): void {
    const list = connectionList(all, this.docs, this.map, this.words, (one) => {
      this.chooseConnection(one)
      this.stage.scrollIntoView({ block: 'nearest' })
    })
    this.listed.replaceChildren(list)
  }
}
