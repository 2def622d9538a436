// MapPainter: the map of all pages on a canvas: where it is looked at, and what is drawn of it.

import type { Corpus } from './corpus'
import { openShard, pictureOf } from './document'

export type Point = [number, number]
export interface Label {
  name: string
  x: number
  y: number
}

export const OTHER = '#8d887d'
const NEAR = 34 // pixels a page, from which thumbnails are drawn
const MOST_PICTURES = 150 // drawn at once
const MANY = 1200 // pages in sight, from which dots are set pixel by pixel: thousands of shapes would take too long

export class MapPainter {
  readonly canvas: HTMLCanvasElement
  colourOf: string[] = [] // by page
  shapeOf: number[] = [] // 1: a square
  fits: boolean[] = [] // what is not faint
  labels: Label[] = []
  hovered = -1
  chosen = new Set<number>() // in the area that was drawn
  area: Point[] = []
  centre: Point
  private readonly corpus: Corpus
  private readonly points: number[]
  private readonly pictures = new Map<number, HTMLImageElement | null>()
  private readonly middle: Point
  private readonly span: Point // of the map, across and down
  private scale = 1
  private asked = false

  constructor(corpus: Corpus, points: number[], canvas: HTMLCanvasElement) {
    this.corpus = corpus
    this.points = points
    this.canvas = canvas
    const { documents } = corpus
    const [xs, ys] = [points.map((one) => documents.x[one] as number), points.map((one) => documents.y[one] as number)]
    const [left, right, top, bottom] = [least(xs), most(xs), least(ys), most(ys)]
    this.middle = [(left + right) / 2, (top + bottom) / 2]
    this.centre = this.middle
    this.span = [Math.max(right - left, 1e-9), Math.max(bottom - top, 1e-9)]
  }

  move(right: number, down: number): void {
    const pixels = this.pixels()
    this.centre = [this.centre[0] + right / pixels, this.centre[1] + down / pixels]
    this.drawSoon()
  }

  pixels(): number {
    const { clientWidth, clientHeight } = this.canvas
    const room = 2 * Math.min(60, this.size())
    return this.scale * Math.max(1, Math.min((clientWidth - room) / this.span[0], (clientHeight - room) / this.span[1]))
  }

  // How large a page is drawn: as large as its place allows where few are in sight.
  size(): number {
    const seen = Math.max(1, this.points.length / this.scale ** 2)
    return Math.min(150, Math.sqrt((this.canvas.clientWidth * this.canvas.clientHeight) / seen) * 0.36)
  }

  place(number: number): [number, number] {
    const { documents } = this.corpus
    return this.onCanvas(documents.x[number] as number, documents.y[number] as number)
  }

  onCanvas(x: number, y: number): [number, number] {
    const pixels = this.pixels()
    return [this.canvas.clientWidth / 2 + (x - this.centre[0]) * pixels, this.canvas.clientHeight / 2 + (y - this.centre[1]) * pixels]
  }

  zoom(factor: number, about?: [number, number]): void {
    const [x, y] = about ?? [this.canvas.clientWidth / 2, this.canvas.clientHeight / 2]
    const before = this.pixels()
    this.scale = Math.min(400, Math.max(0.5, this.scale * factor))
    const after = this.pixels()
    const [dx, dy] = [x - this.canvas.clientWidth / 2, y - this.canvas.clientHeight / 2]
    this.centre = [this.centre[0] + dx / before - dx / after, this.centre[1] + dy / before - dy / after]
    this.drawSoon()
  }

  reset(): void {
    this.scale = 1
    this.centre = this.middle
    this.drawSoon()
  }

  // The page nearest to a point, within a reach in pixels.
  at([x, y]: [number, number], reach = 0): number {
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

  drawSoon(): void {
    if (this.asked) return
    this.asked = true
    requestAnimationFrame(() => {
      this.asked = false
      this.draw()
    })
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
    const lift = this.size() >= NEAR && this.corpus.images !== 'none' ? this.size() / 2 + 8 : 14
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

export function middleOf(values: number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)]
}

export function least(values: number[]): number {
  return values.reduce((one, other) => Math.min(one, other), Number.POSITIVE_INFINITY)
}

export function most(values: number[]): number {
  return values.reduce((one, other) => Math.max(one, other), Number.NEGATIVE_INFINITY)
}

export function inside([x, y]: [number, number], area: [number, number][]): boolean {
  let is = false
  for (let i = 0, j = area.length - 1; i < area.length; j = i++) {
    const [[x0, y0], [x1, y1]] = [area[i], area[j]]
    if (y0 > y !== y1 > y && x < ((x1 - x0) * (y - y0)) / (y1 - y0) + x0) is = !is
  }
  return is
}
