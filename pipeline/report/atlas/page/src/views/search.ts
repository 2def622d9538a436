// Search: names, words of the metadata, and values: "23 30" finds the cells.

import MiniSearch from 'minisearch'
import type { Corpus } from '../corpus'
import { type Doc, openDocument, type Region } from '../document'
import { h, said } from '../dom'
import { around, crop, growing, joined, placeName, section, shortName, thumbnail, whenSeen } from '../parts'
import { address, type Route } from '../route'
import { load } from '../shards'
import { counted, fill, T } from '../strings'
import type { Table, View } from '../view'

const t = T.searching
const MOST = 2000 // places that are listed

let index: MiniSearch | null = null

function names(corpus: Corpus): MiniSearch {
  if (index) return index
  const { documents } = corpus
  const made = new MiniSearch({ fields: ['name', 'about', 'words', 'heading'], searchOptions: { prefix: true, combineWith: 'AND', boost: { name: 2 } }, tokenize: (text) => text.split(/[^\p{L}\p{N}]+/u).filter(Boolean) })
  made.addAll(
    documents.doc_id.map((name, id) => ({ id, name: `${name} ${documents.source[id]}`, about: documents.about[id], words: documents.words[id], heading: documents.heading[id] })),
  )
  index = made
  return made
}

async function cellsOf(corpus: Corpus, text: string): Promise<Map<number, Set<number>>> {
  const starts = corpus.shards.values
  const found = new Map<number, Set<number>>()
  // a text may go on in the next shards, which then begin with it
  for (let k = 0; k < starts.length; k++) {
    if (starts[k] > text && starts[k] !== text) break
    if (k + 1 < starts.length && starts[k + 1] < text) continue
    const shard = await load<Record<string, number[]>>(`values/${String(k).padStart(4, '0')}`)
    const places = Object.hasOwn(shard, text) ? shard[text] : []
    for (let at = 0; at < places.length; at += 2) {
      const own = found.get(places[at]) ?? new Set<number>()
      own.add(places[at + 1])
      found.set(places[at], own)
    }
  }
  return found
}

interface Place {
  document: number
  region: number
  end?: number // the last cell, where the numbers stand in several
}

// Cells that hold the digits: in one cell, or in cells beside or below one another.
async function places(corpus: Corpus, query: string): Promise<Place[]> {
  const groups = query.split(' ')
  const found: Place[] = []
  for (const [document, regions] of await cellsOf(corpus, query)) {
    for (const region of regions) found.push({ document, region })
  }
  if (groups.length > 1) {
    const each = await Promise.all(groups.map((group) => cellsOf(corpus, group)))
    for (const document of [...each[0].keys()].filter((one) => each.every((own) => own.has(one)))) {
      const doc = await openDocument(document)
      const at = new Map(doc.cells.map((cell) => [`${cell.table}:${cell.row}:${cell.col}`, cell]))
      for (const region of each[0].get(document) ?? []) {
        const first = doc.byId.get(region)
        if (!first) continue
        const last = (down: number, right: number): Region | null => {
          const run = each.map((own, k) => {
            const cell = at.get(`${first.table}:${first.row + down * k}:${first.col + right * k}`)
            return cell !== undefined && own.get(document)?.has(cell.id) ? cell : null
          })
          return run.every(Boolean) ? run[run.length - 1] : null
        }
        for (const end of [last(0, 1), last(1, 0)]) if (end) found.push({ document, region, end: end.id })
      }
      if (found.length > MOST) break
    }
  }
  return found.sort((one, other) => one.document - other.document || one.region - other.region)
}

// The digits of a query that asks for numbers; empty where it asks for words.
export function digitsOfQuery(query: string): string {
  return query.replace(/[^\d\s.,;:°'′″]/g, '') === query ? (query.match(/\d+/g) ?? []).join(' ') : ''
}

export async function pagesWith(corpus: Corpus, digits: string): Promise<Set<number>> {
  return new Set((await places(corpus, digits)).map((one) => one.document))
}

export async function openSearch(corpus: Corpus, route: Route): Promise<View> {
  const query = (route.query.get('q') ?? '').trim().slice(0, 300)
  const input = document.getElementById('search') as HTMLInputElement | null
  if (input) input.value = query
  if (!query) return { title: T.search, sentence: t.empty, body: [] }
  const digits = digitsOfQuery(query)
  const [cells, pages] = [digits ? await places(corpus, digits) : [], names(corpus).search(query)]
  const body: Node[] = []
  if (cells.length) body.push(section(t.cells, growing(cells.slice(0, MOST), (one) => cellRow(corpus, one), 24)))
  if (pages.length) {
    const list = growing(pages, (one) => pageCard(corpus, Number(one.id)), 40)
    list.firstElementChild?.classList.add('gallery')
    body.push(section(t.names, list))
  }
  const sentence = cells.length
    ? fill(cells.length === 1 ? t.valuesOnce : cells.some((one) => one.end !== undefined) ? t.runs : t.values, { query: digits, count: cells.length.toLocaleString('en-GB'), pages: counted(new Set(cells.map((one) => one.document)).size, 'page') })
    : pages.length
      ? fill(pages.length === 1 ? t.pagesOne : t.pages, { count: pages.length.toLocaleString('en-GB'), query })
      : fill(t.nothing, { query })
  if (!cells.length && !pages.length) body.push(h('p', { class: 'explain' }, t.hint))
  const table = (): Table => [
    ['doc_id', 'region_id', 'last_region_id'],
    ...cells.map((one) => [corpus.documents.doc_id[one.document], one.region, one.end ?? one.region]),
    ...pages.map((one) => [corpus.documents.doc_id[Number(one.id)], null, null]),
  ]
  return { title: fill(t.tab, { query }), sentence: [said(sentence)], body, table: cells.length || pages.length ? table : undefined }
}

function pageCard(corpus: Corpus, number: number): HTMLElement {
  return h(
    'a',
    { class: 'card small-card', href: address(['page', corpus.documents.doc_id[number]]) },
    thumbnail(corpus, number, 130),
    h('span', { class: 'card-name' }, said(shortName(corpus, number))),
    h('span', { class: 'quiet' }, said(corpus.documents.doc_id[number])),
  )
}

function cellRow(corpus: Corpus, { document, region, end }: Place): HTMLElement {
  const holder = h('div', { class: 'crop-holder' })
  const where = h('span', { class: 'quiet' })
  const row = h(
    'a',
    { class: 'found', href: address(['page', corpus.documents.doc_id[document]], { cell: region }) },
    holder,
    h('span', {}, said(shortName(corpus, document)), h('br'), where),
  )
  whenSeen(row, async () => {
    const doc: Doc = await openDocument(document)
    const cell = doc.byId.get(region)
    if (!cell) return
    const last = end === undefined ? undefined : doc.byId.get(end)
    const box = last ? joined([cell.box, last.box]) : cell.box
    holder.append(crop(doc, box, around(box, last && last.row > cell.row ? 0.25 : 0.8, 9), cell.printed, 'computed'))
    const run = !last ? '' : last.row > cell.row ? `, ${t.down}` : `, ${t.across}`
    where.textContent = `${placeName(doc, cell)}${run}`
  })
  return row
}
