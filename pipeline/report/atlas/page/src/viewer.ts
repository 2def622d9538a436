// PageViewer: a page to zoom and move in, with layers of regions drawn over it.

import OpenSeadragon from 'openseadragon'
import { type Box, type Doc, pictureOf, type Region } from './document'
import { h, s } from './dom'
import { rectangle, typeset } from './parts'
import { pictureAddress } from './shards'
import { fill, T } from './strings'

const SMALLEST = 700 // pixels across, of what is asked of a library

export interface Bounds {
  x: number // middle, in pixels of the page
  y: number
  width: number // of what is seen
}

export class PageViewer {
  readonly element: HTMLElement
  readonly host: HTMLElement
  readonly doc: Doc
  private readonly layers = new Map<string, SVGElement>()
  private readonly drawing = s('g')
  private readonly svg: SVGElement
  private viewer: OpenSeadragon.Viewer | null = null
  private waiting: (() => void)[] = []
  private readonly moved: (() => void)[] = []

  constructor(doc: Doc) {
    this.doc = doc
    this.svg = s('svg', { class: 'over', 'aria-hidden': 'true', preserveAspectRatio: 'none' }, this.drawing)
    this.host = h('div', { class: 'viewer-host' })
    const button = (label: string, text: string, act: () => void) =>
      h('button', { type: 'button', class: 'small', 'aria-label': label, title: label, onclick: act }, text)
    const tools = h(
      'div',
      { class: 'viewer-tools' },
      button(T.page.zoomIn, '+', () => this.zoom(1.5)),
      button(T.page.zoomOut, '−', () => this.zoom(1 / 1.5)),
      button(T.page.whole, '○', () => this.whole()),
    )
    this.element = h('div', { class: 'viewer', style: { '--ratio': `${doc.width} / ${doc.height}` } }, this.host, tools)
  }

  // To be called when the element stands on the page.
  open(): void {
    const viewer = OpenSeadragon({
      element: this.host,
      drawer: 'canvas',
      showNavigationControl: false,
      showNavigator: false,
      animationTime: window.matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : 0.18,
      springStiffness: 8,
      visibilityRatio: 0.2,
      minZoomImageRatio: 0.5,
      maxZoomPixelRatio: 6,
      gestureSettingsMouse: { clickToZoom: false, dblClickToZoom: true },
      gestureSettingsTouch: { clickToZoom: false },
      tileSources: this.source() as unknown as OpenSeadragon.TileSourceOptions,
      immediateRender: true,
      preserveImageSizeOnResize: true,
    })
    this.viewer = viewer
    viewer.canvas.setAttribute('role', 'application')
    viewer.canvas.setAttribute('aria-label', fill(T.page.viewer, { name: this.doc.name }))
    this.host.append(this.svg)
    viewer.addHandler('open', () => {
      for (const act of this.waiting.splice(0)) act()
      this.place()
    })
    viewer.addHandler('update-viewport', () => this.place())
    viewer.addHandler('animation', () => {
      this.place()
      for (const act of this.moved) act()
    })
    viewer.addHandler('resize', () => this.place())
    if (!pictureOf(this.doc.shard)) this.layer('typeset', typeset(this.doc.regions.filter((one) => one.kind === 5 || one.kind <= 2)))
  }

  close(): void {
    this.viewer?.destroy()
    this.viewer = null
  }

  private source(): unknown {
    const { picture } = this.doc.shard
    if (picture.tiles && picture.levels && !window.tablekin_pictures) {
      const { tiles, levels } = picture
      return {
        width: this.doc.width,
        height: this.doc.height,
        tileSize: picture.tile,
        tileOverlap: 0,
        minLevel: 0,
        maxLevel: levels.length - 1,
        getTileUrl: (level: number, x: number, y: number) => pictureAddress(`${tiles}/${level}/${x}-${y}.jpg`),
      }
    }
    if (picture.kind === 'service' && picture.service) {
      const { address } = picture.service
      return { type: 'legacy-image-pyramid', levels: sizes(this.doc).map(([width, height]) => ({ url: `${address}/full/${width},/0/default.jpg`, width, height })) }
    }
    const shown = pictureOf(this.doc.shard)
    return { type: 'image', url: shown ? shown.address : blank(this.doc), buildPyramid: false, crossOriginPolicy: false }
  }

  when(act: () => void): void {
    if (this.viewer?.isOpen()) act()
    else this.waiting.push(act)
  }

  private get scale(): number {
    return 1 / this.doc.width // of viewport units, in which a page is 1 wide
  }

  private place(): void {
    const viewport = this.viewer?.viewport
    if (!viewport || !this.viewer?.isOpen()) return
    const origin = viewport.viewportToViewerElementCoordinates(new OpenSeadragon.Point(0, 0))
    const right = viewport.viewportToViewerElementCoordinates(new OpenSeadragon.Point(1, 0))
    const scale = (right.x - origin.x) / this.doc.width
    const { clientWidth, clientHeight } = this.host
    // a printer makes the frame smaller, with what is drawn over it
    this.svg.setAttribute('viewBox', `0 0 ${clientWidth} ${clientHeight}`)
    this.element.style.setProperty('--seen', `${clientWidth} / ${clientHeight}`)
    this.drawing.setAttribute('transform', `translate(${origin.x} ${origin.y}) scale(${scale})`)
    this.svg.style.setProperty('--px', String(1 / scale))
  }

  layer(name: string, shapes: SVGElement[]): void {
    let layer = this.layers.get(name)
    if (!layer) {
      layer = s('g', { class: `layer ${name}` })
      this.layers.set(name, layer)
      this.drawing.append(layer)
    }
    layer.replaceChildren(...shapes)
  }

  frames(name: string, regions: Region[], props: (region: Region) => Record<string, unknown>): void {
    this.layer(name, regions.map((one) => rectangle(one.box, props(one))))
  }

  zoom(factor: number): void {
    this.viewer?.viewport?.zoomBy(factor).applyConstraints()
  }

  whole(): void {
    this.viewer?.viewport?.goHome()
  }

  // Show a box with room around it.
  show(box: Box, room = 4): void {
    this.when(() => {
      const width = Math.max(box[2] - box[0], 2.5 * (box[3] - box[1])) * room * this.scale
      const height = (box[3] - box[1]) * room * this.scale
      const [x, y] = [((box[0] + box[2]) / 2) * this.scale, ((box[1] + box[3]) / 2) * this.scale]
      this.viewer?.viewport.fitBounds(new OpenSeadragon.Rect(x - width / 2, y - height / 2, width, height))
    })
  }

  // Move no further than is needed to have a box in sight.
  reveal(box: Box): void {
    this.when(() => {
      const viewport = this.viewer?.viewport
      if (!viewport) return
      const seen = viewport.getBounds()
      const [x, y] = [((box[0] + box[2]) / 2) * this.scale, ((box[1] + box[3]) / 2) * this.scale]
      const inside = x > seen.x && x < seen.x + seen.width && y > seen.y && y < seen.y + seen.height
      if (!inside) viewport.panTo(new OpenSeadragon.Point(x, y))
    })
  }

  get bounds(): Bounds | null {
    const viewport = this.viewer?.viewport
    if (!viewport || !this.viewer?.isOpen()) return null
    const seen = viewport.getBounds()
    const centre = viewport.getCenter()
    return { x: centre.x / this.scale, y: centre.y / this.scale, width: seen.width / this.scale }
  }

  set bounds(wanted: Bounds | null) {
    if (!wanted) return
    this.when(() => {
      const viewport = this.viewer?.viewport
      if (!viewport) return
      viewport.zoomTo(1 / (wanted.width * this.scale), undefined, true)
      viewport.panTo(new OpenSeadragon.Point(wanted.x * this.scale, wanted.y * this.scale), true)
      this.place()
    })
  }

  onMoved(act: () => void): void {
    this.moved.push(act)
  }

  // Pixel of the page under a pointer.
  at(event: PointerEvent | MouseEvent): [number, number] | null {
    const viewport = this.viewer?.viewport
    if (!viewport || !this.viewer?.isOpen()) return null
    const frame = this.host.getBoundingClientRect()
    const point = viewport.viewerElementToViewportCoordinates(
      new OpenSeadragon.Point(event.clientX - frame.left, event.clientY - frame.top),
    )
    return [point.x / this.scale, point.y / this.scale]
  }

  // Where a point of the page is seen, in pixels of the window.
  seen(x: number, y: number): [number, number] | null {
    const viewport = this.viewer?.viewport
    if (!viewport || !this.viewer?.isOpen()) return null
    const point = viewport.viewportToViewerElementCoordinates(new OpenSeadragon.Point(x * this.scale, y * this.scale))
    const frame = this.host.getBoundingClientRect()
    return [frame.left + point.x, frame.top + point.y]
  }

  onPointed(regions: () => Region[], act: (region: Region | null, chosen: boolean) => void): void {
    const under = (event: PointerEvent | MouseEvent): Region | null => {
      const point = this.at(event)
      if (!point) return null
      const [x, y] = point
      return regions().find((one) => x >= one.box[0] && x <= one.box[2] && y >= one.box[1] && y <= one.box[3]) ?? null
    }
    let last: Region | null = null
    this.host.addEventListener('pointermove', (event) => {
      const region = under(event)
      if (region !== last) act(region, false)
      last = region
    })
    this.host.addEventListener('pointerleave', () => {
      last = null
      act(null, false)
    })
    let pressed: [number, number] = [0, 0]
    this.host.addEventListener('pointerdown', (event) => (pressed = [event.clientX, event.clientY]), true)
    this.host.addEventListener(
      'pointerup',
      (event) => {
        if (Math.hypot(event.clientX - pressed[0], event.clientY - pressed[1]) < 5) {
          const region = under(event)
          if (region) act(region, true)
        }
      },
      true,
    )
  }
}

// Sizes that are asked of a library, up to the one that was analysed; it may have no larger.
function sizes(doc: Doc): [number, number][] {
  const found: [number, number][] = [[doc.width, doc.height]]
  while (found[0][0] > SMALLEST) found.unshift([Math.ceil(found[0][0] / 2), Math.ceil(found[0][1] / 2)])
  return found
}

// A sheet of paper of the size of the page, where its scan is not shown.
function blank(doc: Doc): string {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${doc.width}" height="${doc.height}"><rect width="100%" height="100%" fill="#fffdf7"/></svg>`
  return `data:image/svg+xml,${encodeURIComponent(svg)}`
}
