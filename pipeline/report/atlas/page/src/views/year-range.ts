// Year range: two sliders for the first and the last year of what is shown.

import { h } from '../dom'
import { T } from '../strings'

// Calls `choose` with the years between which pages are wanted, or with null where all are.
export function yearRange(bounds: [number, number], chosen: [number, number] | null, choose: (range: [number, number] | null) => void): HTMLElement {
  const [first, last] = bounds
  const shown = h('output', { class: 'quiet' })
  const slider = (label: string, value: number) => h('input', { type: 'range', min: String(first), max: String(last), value: String(value), 'aria-label': label })
  const [from, to] = [slider(T.findings.yearFrom, chosen?.[0] ?? first), slider(T.findings.yearTo, chosen?.[1] ?? last)]
  const read = (): [number, number] => [Math.min(Number(from.value), Number(to.value)), Math.max(Number(from.value), Number(to.value))]
  const say = () => {
    const [low, high] = read()
    shown.textContent = `${low}–${high}`
  }
  for (const one of [from, to]) {
    one.addEventListener('input', () => {
      const [low, high] = read()
      say()
      choose(low === first && high === last ? null : [low, high])
    })
  }
  say()
  return h('div', { class: 'field', role: 'group', 'aria-label': T.map.years }, h('span', {}, T.map.years, ' ', shown), h('span', { class: 'double-range' }, from, to))
}
