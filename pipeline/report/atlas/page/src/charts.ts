// Charts: curves with bands, lives, bars; drawn as SVG with labels at what they say.

import { h, s } from './dom'

const [WIDTH, LEFT, RIGHT, TOP] = [860, 64, 150, 14]
const LETTER = 7.4 // width of one, about

// A narrow screen shows a part of a drawing, to be moved by finger or by keys.
function frame(title: string): Record<string, string> {
  return { class: 'scroller', tabindex: '0', role: 'region', 'aria-label': title }
}

export function ticksOf(low: number, high: number, count: number): number[] {
  const rough = (high - low || 1) / count
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 2.5, 5, 10].map((one) => one * power).find((one) => one >= rough) ?? rough
  const found = []
  for (let value = Math.ceil(low / step) * step; value <= high + 1e-9 * step; value += step) found.push(Number(value.toPrecision(8)))
  return found
}

export interface Curve {
  x: number[]
  y: number[]
  low: number[]
  high: number[]
  mean: number[]
  label: string
  meanLabel: string
  title: string
}

export function curve(given: Curve): HTMLElement {
  const height = 330
  const bottom = height - 42
  const [x0, x1] = [Math.min(...given.x), Math.max(...given.x)]
  const all = [...given.y, ...given.low, ...given.high]
  const [y0, y1] = [Math.min(0, ...all), Math.max(...all, 0.1)]
  const x = (value: number) => LEFT + ((WIDTH - LEFT - RIGHT) * (value - x0)) / (x1 - x0 || 1)
  const y = (value: number) => bottom - ((bottom - TOP) * (value - y0)) / (y1 - y0)
  // where years lie too far apart, nothing is known in between
  const steps = given.x.slice(1).map((value, k) => value - given.x[k])
  const step = Math.min(...steps)
  const runs: number[][] = [[0]]
  steps.forEach((own, k) => {
    if (own > 1.5 * step) runs.push([k + 1])
    else runs[runs.length - 1].push(k + 1)
  })
  const path = (places: number[], values: number[]) => places.map((k, n) => `${n ? 'L' : 'M'}${x(given.x[k]).toFixed(1)} ${y(values[k]).toFixed(1)}`).join('')
  const line = (values: number[]) => runs.map((run) => path(run, values)).join('')
  const band = runs.map((run) => `${path(run, given.high)}${path([...run].reverse(), given.low).replace('M', 'L')}Z`).join('')
  const last = given.x.length - 1
  const apart = Math.abs(y(given.y[last]) - y(given.mean[last])) < 18 ? 18 : 0
  return h(
    'div',
    frame(given.title),
    s(
      'svg',
      { viewBox: `0 0 ${WIDTH} ${height}`, class: 'chart', role: 'img', 'aria-label': given.title },
      ticksOf(x0, x1, 8).map((value) => [s('path', { d: `M${x(value)} ${bottom}v6`, class: 'axis' }), s('text', { x: x(value), y: bottom + 22, 'text-anchor': 'middle' }, value)]).flat(),
      ticksOf(y0, y1, 5).map((value) => [s('path', { d: `M${LEFT} ${y(value)}H${WIDTH - RIGHT}`, class: 'axis' }), s('text', { x: LEFT - 8, y: y(value) + 5, 'text-anchor': 'end' }, value)]).flat(),
      s('path', { d: band, class: 'band' }),
      s('path', { d: line(given.mean), class: 'mean' }),
      s('path', { d: line(given.y), class: 'curve' }),
      s('text', { x: WIDTH - RIGHT + 8, y: y(given.y[last]) + 5, class: 'label' }, given.label),
      s('text', { x: WIDTH - RIGHT + 8, y: y(given.mean[last]) + 5 + apart }, given.meanLabel),
    ),
  )
}

export interface Span {
  label: string
  from: number
  to: number
  note: string
}

export function spans(rows: Span[], title: string): HTMLElement {
  const row = 26
  const height = 34 + row * rows.length
  const [x0, x1] = [Math.min(...rows.map((one) => one.from)), Math.max(...rows.map((one) => one.to))]
  const x = (value: number) => 200 + ((WIDTH - 200 - 190) * (value - x0)) / (x1 - x0 || 1)
  return h(
    'div',
    frame(title),
    s(
      'svg',
      { viewBox: `0 0 ${WIDTH} ${height}`, class: 'chart', role: 'img', 'aria-label': title },
      ticksOf(x0, x1, 6).map((value) => [s('path', { d: `M${x(value)} 4V${height - 26}`, class: 'axis' }), s('text', { x: x(value), y: height - 8, 'text-anchor': 'middle' }, value)]).flat(),
      rows.map((one, k) => [
        s('text', { x: 188, y: 21 + row * k, 'text-anchor': 'end', class: 'label' }, one.label),
        s('path', { d: `M${x(one.from)} ${16 + row * k}H${Math.max(x(one.to), x(one.from) + 3)}`, class: 'life' }),
        s('text', { x: Math.max(x(one.to), x(one.from) + 3) + 8, y: 21 + row * k }, one.note),
      ]).flat(),
    ),
  )
}

export interface Bar {
  label: string
  value: number
  low?: number
  high?: number
  note: string
}

export function bars(rows: Bar[], title: string): HTMLElement {
  const row = 30
  const height = 10 + row * rows.length
  const end = Math.max(1e-9, ...rows.map((one) => Math.max(one.value, one.high ?? 0)))
  // room for the longest note beside the longest bar
  const room = Math.min(430, Math.max(190, 24 + LETTER * Math.max(...rows.map((one) => one.note.length))))
  const x = (value: number) => 220 + ((WIDTH - 220 - room) * Math.max(0, value)) / end
  return h(
    'div',
    frame(title),
    s(
      'svg',
      { viewBox: `0 0 ${WIDTH} ${height}`, class: 'chart', role: 'img', 'aria-label': title },
      rows.map((one, k) => [
        s('text', { x: 210, y: 21 + row * k, 'text-anchor': 'end', class: 'label' }, one.label.length > 28 ? `${one.label.slice(0, 27)}…` : one.label),
        s('rect', { x: 220, y: 8 + row * k, width: Math.max(1, x(one.value) - 220), height: 16, class: 'bar-of', 'fill-opacity': 0.75 }),
        one.low !== undefined && one.high !== undefined ? s('path', { d: `M${x(one.low)} ${16 + row * k}H${x(one.high)}M${x(one.low)} ${11 + row * k}v10M${x(one.high)} ${11 + row * k}v10`, class: 'whisker' }) : null,
        s('text', { x: x(Math.max(one.value, one.high ?? 0)) + 8, y: 21 + row * k }, one.note),
      ]).flat(),
    ),
  )
}

export interface Flow {
  from: string
  to: string
  weight: number
  note: string
}

const [FLOW_LEFT, FLOW_RIGHT] = [250, 610]

// From names on the left to names on the right, the wider the more.
export function flows(moves: Flow[], title: string): HTMLElement {
  const names = (side: 'from' | 'to') => {
    const weight = new Map<string, number>()
    for (const one of moves) weight.set(one[side], (weight.get(one[side]) ?? 0) + one.weight)
    return [...weight].sort((one, other) => other[1] - one[1] || one[0].localeCompare(other[0])).map(([name]) => name)
  }
  const left = names('from')
  // what comes from the same place stands together
  const middle = (name: string) => {
    const own = moves.filter((one) => one.to === name)
    return own.reduce((sum, one) => sum + left.indexOf(one.from) * one.weight, 0) / own.reduce((sum, one) => sum + one.weight, 0)
  }
  const right = names('to').sort((one, other) => middle(one) - middle(other) || one.localeCompare(other))
  const row = 27
  const height = 20 + row * Math.max(left.length, right.length)
  const y = (list: string[], name: string) => 20 + (height - 20 - row * list.length) / 2 + row * list.indexOf(name)
  const most = Math.max(...moves.map((one) => one.weight))
  const bend = (FLOW_RIGHT - FLOW_LEFT) / 2
  const label = (list: string[], end: 'end' | 'start', x: number) => list.map((name) => s('text', { x, y: y(list, name) + 5, 'text-anchor': end, class: 'label' }, name.length > 30 ? `${name.slice(0, 29)}…` : name))
  return h(
    'div',
    frame(title),
    s(
      'svg',
      { viewBox: `0 0 ${WIDTH} ${height}`, class: 'chart', role: 'img', 'aria-label': `${title} ${moves.map((one) => one.note).join('. ')}` },
      moves.map((one) =>
        s(
          'path',
          {
            d: `M${FLOW_LEFT} ${y(left, one.from)}C${FLOW_LEFT + bend} ${y(left, one.from)} ${FLOW_RIGHT - bend} ${y(right, one.to)} ${FLOW_RIGHT} ${y(right, one.to)}`,
            class: 'flow', 'stroke-width': 1.5 + (10 * one.weight) / most / Math.max(1, Math.sqrt(moves.length / 8)),
          },
          s('title', {}, one.note),
        ),
      ),
      label(left, 'end', FLOW_LEFT - 12),
      label(right, 'start', FLOW_RIGHT + 12),
    ),
  )
}

export interface Dot {
  x: number
  y: number
  low: number
  high: number
  label: string
}

// Values over the years, each with the range that it may have.
export function dots(points: Dot[], title: string, name: (value: number) => string): HTMLElement {
  const height = 230
  const bottom = height - 38
  const [x0, x1] = [Math.min(...points.map((one) => one.x)), Math.max(...points.map((one) => one.x))]
  const [low, high] = [Math.min(...points.map((one) => one.low)), Math.max(...points.map((one) => one.high))]
  const room = 0.12 * (high - low || Math.abs(high) || 1)
  const x = (value: number) => LEFT + 50 + ((WIDTH - LEFT - 50 - RIGHT) * (value - x0)) / (x1 - x0 || 1)
  const y = (value: number) => bottom - ((bottom - TOP) * (value - low + room)) / (high - low + 2 * room)
  return h(
    'div',
    frame(title),
    s(
      'svg',
      { viewBox: `0 0 ${WIDTH} ${height}`, class: 'chart', role: 'img', 'aria-label': title },
      ticksOf(x0, x1, 8).map((value) => [s('path', { d: `M${x(value)} ${bottom}v6`, class: 'axis' }), s('text', { x: x(value), y: bottom + 22, 'text-anchor': 'middle' }, value)]).flat(),
      ticksOf(low, high, 3).map((value) => [s('path', { d: `M${LEFT + 40} ${y(value)}H${WIDTH - RIGHT}`, class: 'axis' }), s('text', { x: LEFT + 32, y: y(value) + 5, 'text-anchor': 'end' }, name(value))]).flat(),
      points.map((one) => [
        s('path', { d: `M${x(one.x)} ${y(one.low)}V${y(one.high)}`, class: 'whisker' }),
        s('circle', { cx: x(one.x), cy: y(one.y), r: 5, class: 'point' }, s('title', {}, one.label)),
      ]).flat(),
    ),
  )
}
