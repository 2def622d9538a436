// What pointers, wheel and keys do on the map.

import type { MapPainter } from './map-painter'

const STEP = 60 // pixels that an arrow key moves

// What the view does when it is pointed at: pages are numbers, -1 is none.
export interface Hand {
  isLasso: () => boolean
  hover: (page: number) => void
  follow: (page: number) => void
  choose: () => void // the area that was drawn
}

export function listen(canvas: HTMLCanvasElement, painter: MapPainter, hand: Hand): void {
  canvas.addEventListener('wheel', (event) => {
    event.preventDefault()
    painter.zoom(Math.exp(-event.deltaY / 400), [event.offsetX, event.offsetY])
  }, { passive: false })
  const held = new Map<number, [number, number]>()
  let travelled = 0
  canvas.addEventListener('pointerdown', (event) => {
    canvas.setPointerCapture(event.pointerId)
    held.set(event.pointerId, [event.offsetX, event.offsetY])
    travelled = 0
    if (hand.isLasso()) painter.area = [[event.offsetX, event.offsetY]]
  })
  canvas.addEventListener('pointermove', (event) => {
    const before = held.get(event.pointerId)
    const now: [number, number] = [event.offsetX, event.offsetY]
    if (!before) return hand.hover(painter.at(now))
    travelled += Math.hypot(now[0] - before[0], now[1] - before[1])
    const other = [...held].find(([id]) => id !== event.pointerId)?.[1]
    if (hand.isLasso()) {
      painter.area.push(now)
    } else if (other) {
      const ratio = Math.hypot(now[0] - other[0], now[1] - other[1]) / Math.max(1, Math.hypot(before[0] - other[0], before[1] - other[1]))
      painter.zoom(ratio, other)
    } else {
      painter.move(before[0] - now[0], before[1] - now[1])
    }
    held.set(event.pointerId, now)
    painter.drawSoon()
  })
  const release = (event: PointerEvent) => {
    if (!held.delete(event.pointerId)) return
    if (hand.isLasso() && painter.area.length > 2) hand.choose()
    else if (travelled < 5 && event.type === 'pointerup') hand.follow(painter.at([event.offsetX, event.offsetY]))
  }
  canvas.addEventListener('pointerup', release)
  canvas.addEventListener('pointercancel', release)
  canvas.addEventListener('pointerleave', () => hand.hover(-1))
  canvas.addEventListener('keydown', (event) => press(event, canvas, painter, hand))
}

// Arrows move, plus and minus zoom, nought shows all, Enter opens the page in the middle.
function press(event: KeyboardEvent, canvas: HTMLCanvasElement, painter: MapPainter, hand: Hand): void {
  const act: Record<string, () => void> = {
    ArrowLeft: () => painter.move(-STEP, 0),
    ArrowRight: () => painter.move(STEP, 0),
    ArrowUp: () => painter.move(0, -STEP),
    ArrowDown: () => painter.move(0, STEP),
    '+': () => painter.zoom(1.4),
    '=': () => painter.zoom(1.4),
    '-': () => painter.zoom(1 / 1.4),
    '0': () => painter.reset(),
    Enter: () => hand.follow(painter.at([canvas.clientWidth / 2, canvas.clientHeight / 2], Number.POSITIVE_INFINITY)),
  }
  if (!act[event.key]) return
  event.preventDefault()
  act[event.key]()
  hand.hover(painter.at([canvas.clientWidth / 2, canvas.clientHeight / 2], 80))
  painter.drawSoon()
}
