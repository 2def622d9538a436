// What is near a page: its kin, and the pages most like it with what makes them so.

import type { Corpus } from '../corpus'
import { type Doc, openDocument } from '../document'
import { h, said } from '../dom'
import { growing, partName, rectangle, regionName, section, shortName, thumbnail } from '../parts'
import { relevanceMap, strongest } from '../relevance'
import { counted, fill, percent, T } from '../strings'
import { inShort } from '../verdict'
import type { PageViewer } from '../viewer'
import { pairAddress } from './related-pairs'

const t = T.page

export function neighboursOf(corpus: Corpus, doc: Doc, viewer: PageViewer): HTMLElement {
  const kin = doc.shard.alignments.filter((one) => one[1])
  const verdictOf = new Map(doc.shard.alignments.map((one) => [one[0], inShort(one)]))
  const kinRows = kin.map((one) => {
    const cells = counted(one[5] + one[6] + one[7], 'cell')
    const differing = one[6] === 0 ? '' : `, ${one[6] === 1 ? t.kinVariant : fill(t.kinVariants, { variant: one[6] })}`
    const agreeing = `${fill(t.kinCells, { same: one[5], cells })}${differing}`
    return h(
      'li',
      {},
      thumbnail(corpus, one[0], 72),
      h(
        'div',
        {},
        h('a', { href: pairAddress(corpus, doc.number, one[0]) }, said(shortName(corpus, one[0]))),
        h('p', { class: 'quiet' }, `${inShort(one)}: ${agreeing}`),
      ),
    )
  })
  const others = corpus.counts.documents - corpus.counts.failed - 1
  const nearRows = doc.shard.neighbours.map(([number, rank, cosine, z]) => {
    const share = others > 1 ? fill(t.nearRank, { percent: percent((others - rank) / others) }) : t.near1
    const why = h('p', { class: 'quiet' })
    const ask = h(
      'button',
      {
        type: 'button',
        class: 'plain',
        onclick: () => {
          ask.hidden = true
          void openDocument(number).then((other) => {
            const map = relevanceMap(doc, other, 'row', corpus.specific)
            const best = strongest(map, 3).filter((one) => one.relevance > 0)
            const rows = best.map((one) => `${regionName(doc, map.a[one.i])} — ${regionName(other, map.b[one.j])} (${one.relevance.toFixed(3)})`)
            why.textContent = rows.length ? fill(t.whyRows, { rows: rows.join('; ') }) : t.whyNone
            const regions = best.map((one) => map.a[one.i])
            viewer.layer('why', regions.map((one) => rectangle(one.box, { class: 'line chosen' })))
          })
        },
      },
      t.why,
    )
    const words = `cosine ${cosine.toFixed(3)}${z === null ? '' : `, z ${z.toFixed(1)}`}: ${share}${verdictOf.has(number) ? `; ${verdictOf.get(number)}` : ''}`
    return h(
      'li',
      {},
      thumbnail(corpus, number, 72),
      h('div', {}, h('a', { href: pairAddress(corpus, doc.number, number) }, said(shortName(corpus, number))), h('p', { class: 'quiet' }, words), ask, why),
    )
  })
  const nearest = growing(nearRows, (row) => row, 5, 'ul')
  nearest.firstElementChild?.classList.add('near')
  return h(
    'div',
    { class: 'part' },
    section(t.kin, kin.length ? h('ul', { class: 'near' }, kinRows) : h('p', { class: 'quiet' }, t.noKin)),
    nearRows.length ? section(t.near, h('p', { class: 'explain' }, t.nearWhat, ' ', madeOf(doc)), nearest) : null,
  )
}

// What makes the page like others, by the parts of its tables.
function madeOf(doc: Doc): string {
  const told = doc.shard.parts.slice(0, 4).filter(([, , share]) => share >= 0.01)
  const name = ([part, its]: [string, string, number]) => (its ? fill(t.partOf, { part: partName(part), function: its }) : partName(part))
  return told.length ? fill(t.madeOf, { parts: told.map((one) => `${name(one)} (${percent(one[2])} %)`).join(', ') }) : ''
}
