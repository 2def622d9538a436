// Pair: two pages beside one another, and what makes them alike: the joint relevance of their regions (BiLRP).

import { SAME, tie, type Tie, VARIANT } from '../alignment'
import type { Corpus } from '../corpus'
import { type Collation, collationOf, type Doc, openDocument, type Region } from '../document'
import { h, s, said } from '../dom'
import { about, growing, rectangle, regionName, section, shortName, tick } from '../parts'
import { beyond, cosine, featuresOf, type Level, LEVELS, pool, type Pooled, type RelevanceMap, relevanceMap, score, strongest } from '../relevance'
import { address, note, type Route } from '../route'
import { fill, percent, T } from '../strings'
import { MissingError, numberOf, type View } from '../view'
import { PageViewer } from '../viewer'

const t = T.pair
const DRAWN = 400 // of the strongest connections that are looked at for a picture
const FIRST = 16 // connections that are shown unasked
const OF_REGION = 2 // connections of one region, so that no busy cell hides the others
const PARTNERS = 6 // of a region that is pointed at
const LISTED = 200

interface Connection {
  i: number
  j: number
  relevance: number
}

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
    opened: () => view.open(),
    closed: () => view.close(),
  }
}

export function pairKicker(corpus: Corpus, one: number, other: number): (Node | string)[] {
  const side = (letter: string, number: number) => [
    h('b', {}, letter),
    ' ',
    h('a', { href: address(['page', corpus.documents.doc_id[number]]) }, said(corpus.documents.doc_id[number])),
    ' ',
    said(about(corpus, number)),
  ]
  return [...side('A', one), h('br'), ...side('B', other)]
}

// The other way round: what was of a is of b.
export function turn(collation: Collation): Collation {
  const place = Int16Array.from(collation.place, (_, k) => collation.place[k % 6 < 3 ? k + 3 : k - 3])
  const swapped = [0, 1, 3, 2, 4]
  const errs = [0, 1, 3, 2, 4]
  return {
    ...collation,
    a: collation.b,
    b: collation.a,
    place,
    relation: collation.relation.map((one) => swapped[one]),
    errorIn: collation.errorIn.map((one) => errs[one]),
    texts: new Map([...collation.texts].map(([row, [a, b, computed]]) => [row, [b, a, computed]])),
  }
}

export function alignmentOf(doc: Doc, other: number): Doc['shard']['alignments'][number] | undefined {
  return doc.shard.alignments.find((one) => one[0] === other)
}

export function verdict(doc: Doc, other: number): string {
  const found = alignmentOf(doc, other)
  if (!found) return t.notCollated
  const [, isKin, word, strength, odds] = found
  if (!isKin) return word === 'too little' ? t.little : t.unrelated
  if (word === 'copied') return fill(t.copied, { how: t.how[strength] ?? strength })
  return odds <= -0.7 ? fill(t.alike, { strength }) : t.open
}

// How many cells agree, and how surely the pages were copied.
export function agreement(doc: Doc, other: number): string[] {
  const found = alignmentOf(doc, other)
  if (!found?.[1]) return []
  const [, , , , odds, same, variant, doubtful, errors] = found
  const shared = errors > 0 ? fill(t.errors, { errors: errors === 1 ? '1 error' : `${errors} errors` }) : ''
  const lines = [fill(t.agree, { same, cells: same + variant + doubtful, variant: variant === 1 ? t.differs : fill(t.differ, { variant }), errors: shared })]
  const times = Math.min(1e6, Math.exp(Math.min(30, Math.abs(odds))))
  if (times >= 2) {
    const towards = odds > 0 ? t.towards.copied : t.towards.alike
    lines.push(fill(t.odds, { odds: Math.round(times).toLocaleString('en-GB'), towards }))
  }
  return lines
}

class PairView {
  readonly body: Node[]
  private readonly corpus: Corpus
  private readonly a: Doc
  private readonly b: Doc
  private readonly collation: Collation | null
  private readonly viewers: [PageViewer, PageViewer]
  private readonly bridge = s('svg', { class: 'bridge', 'aria-hidden': 'true' })
  private readonly stage: HTMLElement
  private readonly told = h('p', { class: 'pointed-at', role: 'status' })
  private readonly sums = h('p', { class: 'sums' })
  private readonly slider: HTMLInputElement
  private readonly sliderText = h('output', { class: 'quiet' })
  private readonly listed = h('div')
  private readonly tie: Tie
  private level: Level
  private hide: boolean
  private isTied = true
  private marks = false
  private map!: RelevanceMap
  private pooled!: [Pooled, Pooled]
  private total = 0
  private least = 0.5
  private chosen: { side: 0 | 1; index: number } | null = null
  private pointed: { side: 0 | 1; index: number } | null = null
  private active: 0 | 1 = 0
  private lines: Connection[] = []
  private readonly resized = () => this.drawBridge()

  constructor(corpus: Corpus, a: Doc, b: Doc, collation: Collation | null, route: Route) {
    this.corpus = corpus
    this.a = a
    this.b = b
    this.collation = collation
    this.tie = tie(a, b, collation)
    this.viewers = [new PageViewer(a), new PageViewer(b)]
    const asked = route.query.get('level') as Level
    this.level = LEVELS.includes(asked) ? asked : 'cell'
    this.hide = route.query.get('beyond') === '1'
    this.stage = h('div', { class: 'pair-stage' }, this.viewers.map((one) => one.element), this.bridge)
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
      h('p', { class: 'agreement' }, agreement(a, b.number).join(' '), ' ', this.apparatusLink()),
      this.controls(),
      this.stage,
      this.told,
      this.sums,
      h('p', { class: 'explain' }, t.what, ' ', t.hideWhat),
      section(t.list, this.listed),
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
    return h(
      'div',
      { class: 'ticks controls' },
      h('span', { class: 'ticks', role: 'radiogroup', 'aria-label': t.level }, levels),
      h('label', { class: 'tick', for: 'strength' }, h('span', {}, t.strength), this.slider, this.sliderText),
      tick(t.hide, this.hide, (on) => {
        this.hide = on
        note({ beyond: on ? 1 : null, from: null })
        this.remake(null)
        this.draw()
      }),
      tick(t.tied, true, (on) => {
        this.isTied = on
      }),
      this.collation
        ? tick(t.marks, false, (on) => {
            this.marks = on
            this.drawMarks()
          })
        : null,
      h('a', { href: address(['pair', this.b.name, this.a.name], { level: this.level === 'cell' ? null : this.level }) }, t.swap),
      h('span', { class: 'quiet' }, this.tie.cells ? fill(t.tiedBy, { cells: this.tie.cells }) : t.tiedLoose),
    )
  }

  private remake(from: string | null): void {
    const weight = this.hide ? beyond(this.a, this.b, this.corpus.meanPhi) : undefined
    this.map = relevanceMap(this.a, this.b, this.level, weight)
    this.pooled = [pool(this.a, this.level), pool(this.b, this.level)]
    this.total = this.map.values.reduce((sum, one) => sum + one, 0)
    const best = fewOfEach(strongest(this.map, 4 * FIRST))
    const last = best[Math.min(FIRST, best.length) - 1]
    const least = last && this.map.strongest ? Math.abs(last.relevance) / this.map.strongest : 0.5
    this.least = from ? Math.min(1, Math.max(0.01, Number(from) / 100 || 0.5)) : Math.min(1, Math.max(0.01, least))
    this.slider.value = String(Math.floor(100 * this.least))
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
            this.draw()
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

  private choose(found: { side: 0 | 1; index: number } | null): void {
    this.chosen = found
    const id = found ? this.regions(found.side)[found.index].id : null
    note({ at: found ? (found.side === 0 ? `${id},` : `,${id}`) : null })
    this.draw()
  }

  private value(i: number, j: number): number {
    return this.map.values[i * this.map.b.length + j]
  }

  private partners({ side, index }: { side: 0 | 1; index: number }, count: number): Connection[] {
    const others = this.regions((1 - side) as 0 | 1)
    return others
      .map((_, k) => ({ i: side === 0 ? index : k, j: side === 0 ? k : index, relevance: side === 0 ? this.value(index, k) : this.value(k, index) }))
      .filter((one) => one.relevance !== 0)
      .sort((one, other) => Math.abs(other.relevance) - Math.abs(one.relevance))
      .slice(0, count)
  }

  private draw(): void {
    const { map } = this
    const focus = this.pointed ?? this.chosen
    const limit = this.least * map.strongest
    const all = strongest(map, DRAWN).filter((one) => Math.abs(one.relevance) >= limit)
    const drawn = fewOfEach(all)
    this.lines = focus ? this.partners(focus, PARTNERS) : drawn
    this.drawHeat(focus)
    this.drawBridge()
    this.sliderText.textContent = fill(t.strengthOf, { percent: Math.floor(100 * this.least) })
    const shown = drawn.reduce((sum, one) => sum + one.relevance, 0)
    let [plus, minus] = [0, 0]
    for (const one of map.values) {
      if (one > 0) plus += one
      else minus -= one
    }
    const of = (value: number) => percent(map.score ? value / map.score : 0, 1)
    const both = plus + minus || 1
    this.sums.textContent = [
      fill(t.shown, { count: drawn.length, shown: of(shown), left: of(this.total - shown), outside: of(map.score - this.total) }),
      fill(t.against, { for: percent(plus / both, 1), against: percent(minus / both, 1) }),
      fill(t.numbers, { cosine: cosine(this.a, this.b).toFixed(3), z: this.z(), score: score(this.a, this.b).toPrecision(4) }),
    ].join(' ')
    this.told.textContent = focus ? this.inWords(focus) : t.point
    this.drawList(all)
  }

  private z(): string {
    const near = this.a.shard.neighbours.find((one) => one[0] === this.b.number) ?? this.b.shard.neighbours.find((one) => one[0] === this.a.number)
    return near?.[3] === null || near === undefined ? '' : `, z ${near[3].toFixed(1)}`
  }

  private inWords(focus: { side: 0 | 1; index: number }): string {
    const own = this.regions(focus.side)[focus.index]
    const docs = [this.a, this.b]
    const sum = (focus.side === 0 ? this.map.ofA : this.map.ofB)[focus.index]
    const best = this.partners(focus, 3).filter((one) => one.relevance > 0)
    const names = best.map((one) => {
      const region = focus.side === 0 ? this.map.b[one.j] : this.map.a[one.i]
      return `${regionName(docs[1 - focus.side], region)} (${percent(one.relevance / this.map.score, 2)} %)`
    })
    const letter = focus.side === 0 ? 'A' : 'B'
    return fill(t.pointed, {
      region: `${letter}, ${regionName(docs[focus.side], own)},`,
      share: percent(this.map.score ? sum / this.map.score : 0, 2),
      partners: names.join('; ') || '—',
    })
  }

  private drawHeat(focus: { side: 0 | 1; index: number } | null): void {
    for (const side of [0, 1] as const) {
      const regions = this.regions(side)
      const values =
        focus && focus.side !== side
          ? regions.map((_, k) => (side === 0 ? this.value(k, focus.index) : this.value(focus.index, k)))
          : Array.from(side === 0 ? this.map.ofA : this.map.ofB)
      const most = Math.max(1e-12, ...values.map(Math.abs))
      const shapes = regions.map((one, k) => {
        const strength = Math.abs(values[k]) / most
        return strength < 0.02 ? null : rectangle(one.box, { class: values[k] < 0 ? 'against' : 'for', 'fill-opacity': (0.5 * strength).toFixed(3) })
      })
      this.viewers[side].layer('heat', shapes.filter((one): one is SVGElement => one !== null))
      const ends = this.lines.map((one) => (side === 0 ? this.map.a[one.i] : this.map.b[one.j]))
      const marked = ends.map((one) => rectangle(one.box, { class: 'line end' }))
      if (focus && focus.side === side) marked.push(rectangle(regions[focus.index].box, { class: 'line pointed' }))
      this.viewers[side].layer('pointed', marked)
    }
  }

  private drawMarks(): void {
    const { collation } = this
    const shapes: [SVGElement[], SVGElement[]] = [[], []]
    for (let k = 0; collation && k < collation.a.length; k++) {
      if (collation.relation[k] > VARIANT || (collation.relation[k] === SAME && !this.marks)) continue
      const [one, other] = [this.a.byId.get(collation.a[k]), this.b.byId.get(collation.b[k])]
      const sure = collation.confidence[k] / 1000 >= this.corpus.sure_variant
      const kind = collation.relation[k] === SAME ? 'line agreeing' : sure ? 'line differing' : 'line doubtful'
      if (one) shapes[0].push(rectangle(one.box, { class: kind }))
      if (other) shapes[1].push(rectangle(other.box, { class: kind }))
    }
    this.viewers.forEach((viewer, side) => viewer.layer('marks', shapes[side]))
  }

  private drawBridge(): void {
    const frame = this.stage.getBoundingClientRect()
    const hosts = this.viewers.map((one) => one.host.getBoundingClientRect())
    const shapes: SVGElement[] = []
    for (const { i, j, relevance } of [...this.lines].reverse()) {
      const [one, other] = [this.map.a[i].box, this.map.b[j].box]
      const begin = this.viewers[0].seen(one[2], (one[1] + one[3]) / 2)
      const end = this.viewers[1].seen(other[0], (other[1] + other[3]) / 2)
      if (!begin || !end) return
      const inside = [begin, end].every(([x, y], k) => x >= hosts[k].left - 1 && x <= hosts[k].right + 1 && y >= hosts[k].top && y <= hosts[k].bottom)
      if (!inside) continue
      const [x0, y0, x1, y1] = [begin[0] - frame.left, begin[1] - frame.top, end[0] - frame.left, end[1] - frame.top]
      const [left, right] = [hosts[0].right - frame.left, hosts[1].left - frame.left]
      const bend = (right - left) / 2
      const strength = Math.abs(relevance) / (this.map.strongest || 1)
      const kind = relevance > 0 ? 'for' : 'against'
      shapes.push(
        s('path', { d: `M${x0} ${y0}H${left}M${right} ${y1}H${x1}`, class: `${kind} leader` }),
        s('path', {
          d: `M${left} ${y0}C${left + bend} ${y0} ${right - bend} ${y1} ${right} ${y1}`,
          class: kind,
          'stroke-width': (0.8 + 4.2 * strength).toFixed(2),
          'stroke-opacity': (0.35 + 0.55 * strength).toFixed(2),
        }),
      )
    }
    this.bridge.replaceChildren(...shapes)
  }

  private drawList(all: Connection[]): void {
    const row = ({ i, j, relevance }: Connection) => {
      const features = featuresOf(this.pooled[0], i, this.pooled[1], j, 5)
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
        h('span', { class: relevance < 0 ? 'share against' : 'share' }, `${percent(relevance / (this.map.score || 1), 2)} %`),
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
