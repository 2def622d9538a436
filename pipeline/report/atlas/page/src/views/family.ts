// Family: who descends from whom, the errors that tell so, and what all witnesses read where they differ.

import type { Corpus } from '../corpus'
import { type Doc, openDocument } from '../document'
import { h, said } from '../dom'
import { around, crop, growing, pageLink, section, thumbnail, whenSeen } from '../parts'
import { address, note, type Route } from '../route'
import { load } from '../shards'
import { counted, fill, T } from '../strings'
import { MissingError, type Table, type View } from '../view'
import { type Branch, drawOpenTree, drawTree, type FamilyShard, type Place, type Witness, witnessLabel } from './family-tree'
import { familyName } from './findings'

const t = T.family
const ENTRIES = 60 // of the apparatus that are shown at once

// What tells of the tree: a branch, by what those below it share, or a step from a witness to its copy.
interface Evidence {
  name: string
  told: string
  below: number[]
  errors: number[]
  sure: boolean
}

export function openFamilies(corpus: Corpus): View {
  const card = (family: Corpus['families'][number]) =>
    h(
      'a',
      { class: 'card', href: address(['family', family.number]) },
      h('span', { class: 'thumbs' }, family.documents.slice(0, 6).map((number) => thumbnail(corpus, number, 110))),
      h('span', { class: 'card-name' }, said(familyName(corpus, family.documents))),
      h('span', { class: 'quiet' }, family.sentence),
    )
  const list = growing(corpus.families, card, 24)
  list.firstElementChild?.classList.add('cards')
  const count = corpus.families.length
  return {
    title: t.list,
    sentence: count ? fill(t.listSentence, { count }).replace(/^1 families/, '1 family') : t.listNone,
    body: count ? [h('p', { class: 'explain' }, corpus.terms.family), list] : [],
  }
}

export async function openFamily(corpus: Corpus, route: Route): Promise<View> {
  const short = corpus.families.find((one) => String(one.number) === route.path[1])
  if (!short) throw new MissingError(route.path.slice(0, 2).join('/'))
  const shard = await load<FamilyShard>(`family/${String(short.number).padStart(4, '0')}`)
  const first = new Set(shard.places.slice(0, ENTRIES).map((one) => one.cells[0][1]))
  const docs = new Map(await Promise.all([...first].map(async (number): Promise<[number, Doc]> => [number, await openDocument(number)])))
  const view = new FamilyView(corpus, short, shard, docs, route.query.get('branch'))
  return {
    title: fill(t.tab, { number: short.number }),
    kicker: [said(familyName(corpus, short.documents)), ' · ', short.sentence],
    sentence: `${fill(t.tab, { number: short.number })}: ${view.finding()}`,
    body: view.body(),
    table: shard.places.length ? () => placesTable(shard) : undefined,
    wide: true,
  }
}

// A row for each place where witnesses differ, a column for each witness.
function placesTable({ witnesses, places }: FamilyShard): Table {
  const line = (place: Place) => {
    const texts = new Map(place.cells.map(([witness, , , text]) => [witness, text]))
    const due = place.cells.find(([, , , , reading]) => place.due >= 0 && reading === place.due)
    return [place.place, ...witnesses.map((_, k) => texts.get(k) ?? ''), due ? due[3] : '']
  }
  return [['place', ...witnesses.map((one) => `${one.siglum} ${one.name}`), 'computed'], ...places.map(line)]
}

class FamilyView {
  private readonly corpus: Corpus
  private readonly short: Corpus['families'][number]
  private readonly shard: FamilyShard
  private readonly docs: Map<number, Doc>
  private readonly told = h('div', { class: 'branch', 'aria-live': 'polite' })
  private readonly evidence: Evidence[]
  private chosen: number

  constructor(corpus: Corpus, short: Corpus['families'][number], shard: FamilyShard, docs: Map<number, Doc>, asked: string | null) {
    this.docs = docs
    this.corpus = corpus
    this.short = short
    this.shard = shard
    this.evidence = [...shard.branches.map((one, k) => this.ofBranch(one, k)), ...shard.steps.map((one) => this.ofStep(one))]
    const first = this.evidence.findIndex((one) => one.sure)
    this.chosen = asked !== null && this.evidence[Number(asked)] ? Number(asked) : this.evidence.length ? Math.max(0, first) : -1
  }

  private ofBranch(branch: Branch, k: number): Evidence {
    const count = branch.errors.length || branch.alone
    const pattern = count ? t.branchWhat : t.branchOpen
    const words = fill(pattern, { witnesses: this.named(branch.below), places: counted(count, 'place') })
    return {
      name: fill(t.branch, { number: k + 1, witnesses: this.names(branch.below) }),
      told: words.replace('{sure}', sure(branch.probability)),
      below: branch.below,
      errors: branch.errors,
      sure: branch.is_sure,
    }
  }

  private ofStep(step: FamilyShard['steps'][number]): Evidence {
    const [parent, child] = [this.names([step.parent]), this.names([step.child])]
    const count = step.errors.length
    const more = count ? fill(t.stepErrors, { errors: counted(count, 'error') }) : ''
    return {
      name: fill(t.step, { parent, child }),
      told: fill(t.stepWhat, { parent, child, more }).replace('{sure}', sure(step.probability)),
      below: [step.child],
      errors: step.errors,
      sure: true,
    }
  }

  // What is surest of who descends from whom.
  finding(): string {
    const found = this.evidence.filter((one) => one.sure)
    if (!this.shard.tree || !found.length) return t.thin
    return found.slice(-1)[0].told
  }

  body(): Node[] {
    const { shard } = this
    const parts: Node[] = []
    if (shard.tree) {
      const how = shard.rooted ? t.rooted : t.unrooted
      parts.push(section(t.tree, h('p', { class: 'explain' }, `${t.treeWhat} ${how}`), drawTree(this.corpus, shard, shard.tree, this.evidence.map((one) => one.told).join(' '), (branch) => this.choose(branch)), this.branchButtons(), this.told))
    } else {
      parts.push(section(t.tree, drawOpenTree(this.corpus, shard.witnesses, this.short.told)))
    }
    const apparatus = this.apparatus()
    parts.push(this.witnesses(), ...(apparatus ? [apparatus] : []))
    for (const number of shard.alike) {
      parts.push(h('p', { class: 'quiet' }, h('a', { href: address(['family', number]) }, fill(t.alike, { number }))))
    }
    if (this.chosen >= 0) this.choose(this.chosen)
    return parts
  }

  private named(places: number[]): string {
    const sigla = places.map((one) => this.shard.witnesses[one]?.siglum ?? '')
    return sigla.length > 1 ? `${sigla.slice(0, -1).join(', ')} ${t.and} ${sigla[sigla.length - 1]}` : sigla.join('')
  }

  private names(places: number[]): string {
    return places.map((one) => this.shard.witnesses[one]?.siglum ?? '').join(', ')
  }

  private branchButtons(): HTMLElement {
    return h(
      'div',
      { class: 'buttons', role: 'group', 'aria-label': t.tree },
      this.evidence.map((one, k) =>
        h('button', { type: 'button', 'data-branch': k, 'aria-pressed': String(k === this.chosen), onclick: () => this.choose(k) }, one.name, one.sure ? '' : ' ?'),
      ),
    )
  }

  private choose(k: number): void {
    if (k !== this.chosen) note({ branch: k })
    this.chosen = k
    for (const one of document.querySelectorAll('button[data-branch]')) one.setAttribute('aria-pressed', String(one.getAttribute('data-branch') === String(k)))
    const { told, errors, below } = this.evidence[k]
    const wanted = new Set(errors)
    const places = this.shard.places.filter((one) => wanted.has(one.place))
    this.told.replaceChildren(
      h('p', { class: 'finding' }, told),
      places.length ? growing(places, (place) => this.placeCrops(place, new Set(below)), 4) : h('p', { class: 'quiet' }, t.noErrors),
    )
  }

  // One place in all witnesses that have it, as pictures.
  private placeCrops(place: Place, below: Set<number>): HTMLElement {
    const figures = place.cells.map(([witness, number, region, text, reading]) => {
      const frame = h('figure', { class: below.has(witness) ? 'crop-of below' : 'crop-of' })
      const holder = h('div', { class: 'crop-holder' })
      whenSeen(frame, async () => {
        const doc = await openDocument(number)
        const found = doc.byId.get(region)
        if (found) holder.append(crop(doc, found.box, around(found.box, 0.7, 5), `${this.shard.witnesses[witness].siglum}: ${text}`, below.has(witness) ? 'differing' : 'agreeing'))
      })
      const due = place.due >= 0 && reading === place.due ? ` (${t.due})` : ''
      frame.append(
        holder,
        h('figcaption', {}, h('a', { href: address(['page', this.corpus.documents.doc_id[number]], { cell: region }), class: 'siglum' }, this.shard.witnesses[witness].siglum), ' ', h('span', { class: 'figures' }, said(text)), due),
      )
      return frame
    })
    return h('div', { class: 'place-row' }, figures)
  }

  private witnesses(): HTMLElement {
    const card = (one: Witness) =>
      h(
        'div',
        { class: 'card small-card witness-card' },
        h('span', { class: 'thumbs' }, one.documents.slice(0, 3).map((number) => thumbnail(this.corpus, number, 130))),
        h('span', {}, h('span', { class: 'siglum' }, one.siglum), ' ', said(witnessLabel(this.corpus, one))),
        h('span', { class: 'quiet' }, one.documents.map((number, k) => [k ? ', ' : '', pageLink(this.corpus, number)]).flat()),
      )
    const list = growing(this.shard.witnesses, card, 24)
    list.firstElementChild?.classList.add('gallery')
    return section(t.witnesses, h('p', { class: 'explain' }, this.corpus.terms.witness), list)
  }

  private apparatus(): HTMLElement | null {
    const { places } = this.shard
    if (!places.length) return null
    const list = growing(places, (place) => this.entry(place), ENTRIES, 'ul')
    return section(t.apparatus, h('p', { class: 'explain' }, t.apparatusWhat), h('div', { class: 'entries' }, list))
  }

  // An entry as editions print it: where, what most read, what the others read; opened, the place in all witnesses.
  private entry(place: Place): HTMLElement {
    const { witnesses } = this.shard
    const groups = new Map<string, string[]>()
    let due = ''
    for (const [witness, , , text, reading] of place.cells) {
      if (reading < 0) continue
      groups.set(text, [...(groups.get(text) ?? []), witnesses[witness].siglum])
      if (place.due >= 0 && reading === place.due) due = text
    }
    const readings = [...groups].sort((one, other) => other[1].length - one[1].length)
    const entry = readings.flatMap(([text, sigla], k) => [
      k ? h('span', { class: 'quiet' }, k === 1 ? ' ] ' : '; ') : null,
      h('span', { class: text === due ? 'figures due' : 'figures' }, said(text)),
      ' ',
      h('span', { class: 'siglum' }, sigla.sort().join(' ')),
    ])
    const where = h('span', { class: 'quiet where' }, ' ')
    const item = h('li')
    const button = h(
      'button',
      {
        type: 'button', class: 'entry', 'aria-expanded': 'false',
        onclick: () => {
          const open = button.getAttribute('aria-expanded') !== 'true'
          button.setAttribute('aria-expanded', String(open))
          item.classList.toggle('open', open)
          if (open) item.append(this.placeCrops(place, new Set()))
          else item.lastElementChild?.remove()
        },
      },
      where,
      h('span', {}, entry),
    )
    item.append(button)
    const [witness, number, region] = place.cells[0]
    const name = (doc: Doc) => {
      const cell = doc.byId.get(region)
      if (cell) where.textContent = fill(t.where, { siglum: witnesses[witness].siglum, row: cell.row + 1, column: cell.col + 1 })
    }
    const known = this.docs.get(number)
    if (known) name(known)
    else whenSeen(item, () => void openDocument(number).then(name))
    return item
  }
}

function sure(probability: number | null): string {
  return probability === null ? '' : ` (${fill(t.probability, { probability: probability > 0.995 ? '> 0.99' : probability.toFixed(2) })})`
}
