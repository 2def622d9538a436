// Pages: a list of all, chosen by words.

import type { Corpus } from '../corpus'
import { h, said } from '../dom'
import { growing, shortName, thumbnail } from '../parts'
import { address, note, type Route } from '../route'
import { fill, T } from '../strings'
import type { Table, View } from '../view'

const t = T.page

export async function openPages(corpus: Corpus, route: Route): Promise<View> {
  const { documents } = corpus
  let words = route.query.get('q') ?? ''
  const rows = h('div', { 'aria-live': 'polite' })
  let listed: number[] = []
  const draw = () => {
    const wanted = words.toLowerCase().split(/\s+/).filter(Boolean)
    const found = documents.doc_id.map((_, number) => number).filter((number) => {
      const text = `${documents.doc_id[number]} ${documents.about[number]} ${documents.words[number]} ${documents.heading[number]}`.toLowerCase()
      return wanted.every((word) => text.includes(word))
    })
    listed = found
    const list = growing(found, (number) => card(corpus, number), 60)
    list.firstElementChild?.classList.add('gallery')
    rows.replaceChildren(list)
  }
  const filter = h(
    'label',
    { class: 'field' },
    h('span', {}, t.listFilter),
    h('input', {
      type: 'search',
      value: words,
      oninput: (event: Event) => {
        words = (event.target as HTMLInputElement).value
        note({ q: words })
        draw()
      },
    }),
  )
  draw()
  return {
    title: t.list,
    sentence: fill(t.listSentence, { total: corpus.counts.documents, tables: corpus.counts.with_tables }),
    body: [h('div', { class: 'filters' }, filter), rows],
    table: () => pagesTable(corpus, listed),
  }
}

function card(corpus: Corpus, number: number): HTMLElement {
  const failed = corpus.documents.failed[number]
  return h(
    'a',
    { class: 'card small-card', href: address(['page', corpus.documents.doc_id[number]]) },
    thumbnail(corpus, number, 150),
    h('span', { class: 'card-name' }, said(shortName(corpus, number))),
    failed !== null ? h('span', { class: 'quiet' }, t.failed) : nameBelow(corpus, number),
  )
}

function pagesTable(corpus: Corpus, listed: number[]): Table {
  const { documents } = corpus
  const names = ['doc_id', 'source', 'work', 'place', 'year_from', 'year_to', 'function', 'cluster', 'family', 'failed'] as const
  return [[...names], ...listed.map((number) => names.map((name) => documents[name][number]))]
}

// The name of a page, where it is called something else.
function nameBelow(corpus: Corpus, number: number): HTMLElement | null {
  const name = corpus.documents.doc_id[number]
  return name === shortName(corpus, number) ? null : h('span', { class: 'quiet' }, said(name))
}
