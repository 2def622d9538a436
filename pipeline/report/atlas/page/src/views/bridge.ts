// Bridge: curves between two pages that lie beside one another, from region to region.

import { s } from '../dom'
import type { Connection, Level, RelevanceMap } from '../relevance'
import type { PageViewer } from '../viewer'

export class Bridge {
  readonly element = s('svg', { class: 'bridge', 'aria-hidden': 'true', preserveAspectRatio: 'none' })
  private readonly viewers: [PageViewer, PageViewer]

  constructor(viewers: [PageViewer, PageViewer]) {
    this.viewers = viewers
  }

  // Connections whose ends are both in sight, the first one above the others.
  draw(frame: DOMRect, map: RelevanceMap, level: Level, connections: Connection[]): void {
    const hosts = this.viewers.map((one) => one.host.getBoundingClientRect())
    this.element.setAttribute('viewBox', `0 0 ${frame.width} ${frame.height}`)
    const shapes: SVGElement[] = []
    for (const { i, j, relevance } of [...connections].reverse()) {
      const [one, other] = [map.a[i].box, map.b[j].box]
      const begin = this.viewers[0].seen(one[2], height(one, i, map.a.length, level))
      const end = this.viewers[1].seen(other[0], height(other, j, map.b.length, level))
      if (!begin || !end) return
      const inside = [begin, end].every(([x, y], k) => x >= hosts[k].left - 1 && x <= hosts[k].right + 1 && y >= hosts[k].top && y <= hosts[k].bottom)
      if (!inside) continue
      const [x0, y0, x1, y1] = [begin[0] - frame.left, begin[1] - frame.top, end[0] - frame.left, end[1] - frame.top]
      const [left, right] = [hosts[0].right - frame.left, hosts[1].left - frame.left]
      const bend = (right - left) / 2
      const strength = Math.abs(relevance) / (map.strongest || 1)
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
    this.element.replaceChildren(...shapes)
  }
}

// Where a connection meets a region: at its middle; columns one lower than the other, as all reach from top to bottom.
function height([, top, , bottom]: readonly number[], index: number, regions: number, level: Level): number {
  const share = level === 'column' ? 0.1 + (0.8 * (index + 0.5)) / regions : 0.5
  return top + share * (bottom - top)
}
