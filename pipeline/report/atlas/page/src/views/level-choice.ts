// Level choice: whether cells, rows or columns are joined.

import { h } from '../dom'
import { type Level, LEVELS } from '../relevance'
import { T } from '../strings'

export function levelChoice(chosen: Level, choose: (level: Level) => void): HTMLElement {
  const levels = LEVELS.map((level) =>
    h(
      'label',
      { class: 'tick' },
      h('input', { type: 'radio', name: 'level', value: level, checked: level === chosen, onchange: () => choose(level) }),
      h('span', {}, T.pair.levels[level]),
    ),
  )
  return h('span', { class: 'ticks', role: 'radiogroup', 'aria-label': T.pair.level }, h('span', { class: 'quiet' }, T.pair.level), levels)
}
