// Tied viewers: two pages beside one another; while one of them is moved, the other goes along with it.

import type { Tie } from '../alignment'
import type { Doc } from '../document'
import { PageViewer } from '../viewer'

export class TiedViewers {
  readonly both: [PageViewer, PageViewer]
  isTied = true
  private active: 0 | 1 = 0

  constructor(
    a: Doc,
    b: Doc,
    private readonly tie: Tie,
  ) {
    this.both = [new PageViewer(a), new PageViewer(b)]
  }

  // Show both pages, the second where the first is; `moved` is called whenever one of them has been moved.
  open(moved: () => void): void {
    this.both.forEach((viewer, k) => {
      const side = k as 0 | 1
      const lead = () => (this.active = side)
      viewer.open()
      viewer.element.addEventListener('pointerenter', lead)
      viewer.element.addEventListener('pointerdown', lead, true)
      viewer.element.addEventListener('focusin', lead)
      viewer.element.addEventListener('wheel', lead, { capture: true, passive: true })
      viewer.onMoved(() => {
        const bounds = this.active === side && this.isTied ? viewer.bounds : null
        if (bounds) this.both[1 - side].bounds = side === 0 ? this.tie.forth(bounds) : this.tie.back(bounds)
        moved()
      })
    })
  }

  // When both pages are there.
  when(act: () => void): void {
    const [first, second] = this.both
    first.when(() =>
      second.when(() => {
        const { bounds } = first
        if (bounds) second.bounds = this.tie.forth(bounds)
        act()
      }),
    )
  }

  // Bring a box of each page into sight; the first page leads.
  reveal(ofFirst: Box, ofSecond: Box): void {
    this.active = 0
    this.both[0].reveal(ofFirst)
    this.both[1].reveal(ofSecond)
  }

  close(): void {
    for (const viewer of this.both) viewer.close()
  }
}

type Box = Parameters<PageViewer['reveal']>[0]
