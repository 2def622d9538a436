// The drawing of a family: its tree, or its witnesses where the readings tell none.

import type { Corpus } from '../corpus'
import { h, s, said } from '../dom'
import { shortName } from '../parts'
import { T } from '../strings'

const t = T.family

export interface Witness {
  siglum: string
  name: string
  years: string
  documents: number[]
}
export type Cell = [number, number, number, string, number] // witness, document, region, text, reading
export interface Place {
  place: number
  due: number
  cells: Cell[]
}
export interface Branch {
  below: number[]
  is_rooted: boolean
  alone: number
  support: number
  against: number
  is_sure: boolean
  probability: number | null
  errors: number[]
}
export interface TreeNode {
  parent: number
  depth: number
  row: number
  witness: number
  branch: number
}
export interface FamilyShard {
  number: number
  witnesses: Witness[]
  places: Place[]
  branches: Branch[]
  steps: { parent: number; child: number; probability: number; errors: number[] }[]
  tree: TreeNode[] | null
  rooted: boolean
  alike: number[]
}

// Where the readings tell no tree: the witnesses one below the other, and between them what is not known.
export function drawOpenTree(corpus: Corpus, witnesses: Witness[], reasons: string[]): HTMLElement {
  const [row, left] = [34, 270]
  const height = row * witnesses.length + 10
  const middle = (row * (witnesses.length - 1)) / 2 + 24
  const shapes = witnesses.flatMap((one, k) => [
    s('path', { d: `M${left - 60} ${middle}C${left} ${middle} ${left - 20} ${24 + row * k} ${left + 40} ${24 + row * k}`, class: 'stem open' }),
    s('text', { x: left + 50, y: 30 + row * k }, s('tspan', { class: 'siglum' }, one.siglum), s('tspan', { class: 'witness', dx: 8 }, witnessLabel(corpus, one))),
  ])
  shapes.push(
    s('rect', { x: 4, y: middle - 24, width: left - 64, height: 48, class: 'open-box' }),
    s('text', { x: (left - 60) / 2 + 4, y: middle + 6, 'text-anchor': 'middle' }, t.open),
  )
  const paragraphs = reasons.map((line) => h('p', {}, said(`${begun(line)}.`)))
  return h('div', {}, h('div', { class: 'prose reasons' }, paragraphs), h('div', { class: 'scroller', tabindex: '0', role: 'region', 'aria-label': t.tree }, s('svg', { viewBox: `0 0 1010 ${height + 14}`, class: 'tree', role: 'img', 'aria-label': t.thin }, shapes)))
}

// The tree with its witnesses, and a knot to choose at each branch.
export function drawTree(corpus: Corpus, shard: FamilyShard, nodes: TreeNode[], label: string, choose: (branch: number) => void): HTMLElement {
  const [row, width, margin] = [34, 560, 116]
  const depth = Math.max(1e-9, ...nodes.map((one) => one.depth))
  const x = (one: TreeNode) => margin + (width * one.depth) / depth
  const y = (one: TreeNode) => 24 + row * one.row
  const height = 48 + row * Math.max(...nodes.map((one) => one.row))
  const shapes: SVGElement[] = []
  for (const one of nodes) {
    const parent = nodes[one.parent]
    if (parent) shapes.push(s('path', { d: `M${x(parent)} ${y(parent)}V${y(one)}H${x(one)}`, class: 'stem' }))
  }
  const root = nodes[0]
  if (shard.rooted && root) {
    shapes.push(
      s('path', { d: `M${margin - 22} ${y(root)}H${x(root)}`, class: 'stem' }),
      s('text', { x: margin - 28, y: y(root) + 5, class: 'computed-label', 'text-anchor': 'end' }, t.computed),
    )
  }
  for (const one of nodes) {
    if (one.witness >= 0) {
      const witness = shard.witnesses[one.witness]
      shapes.push(
        s('text', { x: x(one) + 8, y: y(one) + 6 }, s('tspan', { class: 'siglum' }, witness.siglum), s('tspan', { class: 'witness', dx: 8 }, witnessLabel(corpus, witness))),
      )
    }
    if (one.branch >= 0) {
      const branch = shard.branches[one.branch]
      const count = branch.errors.length || branch.alone
      const mark = s(
        'g',
        { class: 'knot', onclick: () => choose(one.branch), 'data-branch': one.branch },
        s('circle', { cx: x(one), cy: y(one), r: 12 }),
        s('text', { x: x(one), y: y(one) + 5, 'text-anchor': 'middle' }, count),
      )
      shapes.push(mark)
    }
  }
  return h('div', { class: 'scroller', tabindex: '0', role: 'region', 'aria-label': t.tree }, s('svg', { viewBox: `0 0 ${margin + width + 330} ${height}`, class: 'tree', role: 'img', 'aria-label': label || t.tree }, shapes))
}

export function witnessLabel(corpus: Corpus, witness: Witness): string {
  const name = witness.documents.length ? shortName(corpus, witness.documents[0]) : witness.name
  const label = witness.documents.length === 1 ? name : `${witness.name}${witness.years ? `, ${witness.years}` : ''}`
  return label.length > 44 ? `${label.slice(0, 43)}…` : label
}

// A line of words begins with a capital; one that begins with the name of a page is left as it is.
function begun(line: string): string {
  return /^(no|too|who|whether|family) /.test(line) ? `${line[0].toUpperCase()}${line.slice(1)}` : line
}
