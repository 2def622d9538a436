// RegionMatrix: the relevance of every region of one page with every region of the other, as a square to point at.

import { h } from './dom'
import type { RelevanceMap } from './relevance'
import { T } from './strings'

const t = T.pair
const SIDE = 440 // pixels, the longer side
const MARGIN = 26 // for the names of the pages
const FAINTEST = 0.03 // of the strongest, what is drawn at all

export interface Entry {
  i: number
  j: number
}

export class RegionMatrix {
  readonly element: HTMLElement
  private readonly canvas = h('canvas', { tabindex: '0', role: 'application', 'aria-label': t.matrixLabel })
  private readonly act: (entry: Entry | null, chosen: boolean) => void
  private map: RelevanceMap | null = null
  private at: Entry | null = null
  private picture: HTMLCanvasElement | null = null // of the map, in the colours of the theme
  private coloured = ''

  constructor(act: (entry: Entry | null, chosen: boolean) => void) {
    this.act = act
    this.element = h('div', { class: 'matrix-frame' }, this.canvas)
    const point = (event: PointerEvent, chosen: boolean) => this.point(this.under(event), chosen)
    this.canvas.addEventListener('pointermove', (event) => point(event, false))
    this.canvas.addEventListener('pointerup', (event) => point(event, true))
    this.canvas.addEventListener('pointerleave', () => this.point(null, false))
    this.canvas.addEventListener('keydown', (event) => this.key(event))
  }

  show(map: RelevanceMap, marked: Entry[]): void {
    if (map !== this.map) this.picture = null
    this.map = map
    if (this.at && (this.at.i >= map.a.length || this.at.j >= map.b.length)) this.at = null
    this.draw(marked)
  }

  private get step(): number {
    return this.map ? SIDE / Math.max(1, this.map.a.length, this.map.b.length) : 1
  }

  private under(event: PointerEvent): Entry | null {
    const { map } = this
    if (!map) return null
    const ratio = (SIDE + MARGIN + 2) / this.canvas.clientWidth
    const [i, j] = [event.offsetY, event.offsetX].map((one) => Math.floor((one * ratio - MARGIN) / this.step))
    return i >= 0 && j >= 0 && i < map.a.length && j < map.b.length ? { i, j } : null
  }

  private point(entry: Entry | null, chosen: boolean): void {
    const same = entry?.i === this.at?.i && entry?.j === this.at?.j
    if (same && !chosen) return
    this.at = entry
    this.act(entry, chosen)
  }

  private key(event: KeyboardEvent): void {
    const moves: Record<string, [number, number]> = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }
    const { map } = this
    const move = moves[event.key]
    if (!map || !map.a.length || !map.b.length || (!move && event.key !== 'Enter')) return
    event.preventDefault()
    const now = this.at ?? { i: 0, j: 0 }
    const [down, right] = move ?? [0, 0]
    const within = (one: number, count: number) => Math.min(count - 1, Math.max(0, one))
    this.point({ i: within(now.i + down, map.a.length), j: within(now.j + right, map.b.length) }, !move)
  }

  private draw(marked: Entry[]): void {
    const { canvas, map } = this
    const brush = canvas.getContext('2d')
    if (!map || !brush) return
    const ratio = Math.max(1, window.devicePixelRatio || 1)
    const { step } = this
    const [wide, high] = [step * map.b.length, step * map.a.length]
    canvas.width = Math.round((SIDE + MARGIN + 2) * ratio)
    canvas.height = Math.round((high + MARGIN + 2) * ratio)
    canvas.style.setProperty('aspect-ratio', `${canvas.width} / ${canvas.height}`)
    brush.setTransform(ratio, 0, 0, ratio, 0, 0)
    const style = getComputedStyle(canvas)
    const [ink, red, blue, line] = ['--ink', '--for', '--against', '--line'].map((name) => style.getPropertyValue(name))
    if (!this.picture || this.coloured !== red) this.picture = paint(map, Math.round(wide * ratio), Math.round(high * ratio), red, blue)
    this.coloured = red
    if (this.picture.width && this.picture.height) brush.drawImage(this.picture, MARGIN, MARGIN, wide, high)
    brush.strokeStyle = line
    brush.strokeRect(MARGIN - 0.5, MARGIN - 0.5, wide + 1, high + 1)
    brush.strokeStyle = ink
    brush.lineWidth = 1.5
    for (const { i, j } of marked) brush.strokeRect(MARGIN + step * j - 1, MARGIN + step * i - 1, Math.max(3, step) + 2, Math.max(3, step) + 2)
    brush.fillStyle = ink
    brush.font = `15px ${style.fontFamily}`
    brush.fillText('B →', MARGIN, MARGIN - 9)
    brush.fillText('A', 4, MARGIN + 14)
    brush.fillText('↓', 4, MARGIN + 32)
  }
}

// The map as a picture of so many pixels; the stronger an entry, the stronger its colour.
function paint(map: RelevanceMap, wide: number, high: number, red: string, blue: string): HTMLCanvasElement {
  const picture = h('canvas', { width: wide, height: high })
  const brush = picture.getContext('2d')
  const [lines, columns] = [Math.min(map.a.length, high), Math.min(map.b.length, wide)]
  if (!brush || !lines || !columns) return picture
  const pooled = strongestOf(map, lines, columns)
  const strong = nearlyStrongest(pooled)
  const [across, down] = [wide / columns, high / lines]
  pooled.forEach((one, k) => {
    const value = Math.min(1, Math.abs(one) / strong)
    if (value < FAINTEST) return
    brush.globalAlpha = value
    brush.fillStyle = one > 0 ? red : blue
    // what speaks against is a smaller square, so that it is not told by its hue alone
    const room = one > 0 ? 0 : across / 4
    brush.fillRect(across * (k % columns) + room, down * Math.floor(k / columns) + room, across - 2 * room, down - 2 * room)
  })
  return picture
}

// The strongest entry of each block, where there are more regions than pixels.
function strongestOf(map: RelevanceMap, lines: number, columns: number): Float32Array {
  const found = new Float32Array(lines * columns)
  const [rows, cols] = [map.a.length, map.b.length]
  for (let i = 0; i < rows; i++) {
    const line = Math.floor((i * lines) / rows) * columns
    for (let j = 0; j < cols; j++) {
      const place = line + Math.floor((j * columns) / cols)
      if (Math.abs(map.values[i * cols + j]) > Math.abs(found[place])) found[place] = map.values[i * cols + j]
    }
  }
  return found
}

// What only a few entries exceed: drawn as dark as there is, so that a single one does not leave the others pale.
function nearlyStrongest(values: Float32Array): number {
  const sorted = values.map(Math.abs).filter((one) => one > 0).sort()
  return sorted.length ? sorted[Math.floor(0.995 * (sorted.length - 1))] : 1
}
