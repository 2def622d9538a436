// Elements of the page. Whatever comes from the data goes in as text, never as markup.

type Child = Node | string | number | null | undefined | false
type Props = Record<string, unknown>

const SVG = 'http://www.w3.org/2000/svg'

function fill(element: Element, props: Props, children: (Child | Child[])[]): void {
  for (const [key, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue
    if (key.startsWith('on') && typeof value === 'function') {
      element.addEventListener(key.slice(2), value as EventListener)
    } else if (key === 'style') {
      for (const [name, text] of Object.entries(value as Record<string, string>)) {
        ;(element as HTMLElement).style.setProperty(name, text)
      }
    } else if (key === 'value' && element instanceof HTMLElement) {
      ;(element as HTMLInputElement).value = String(value)
    } else {
      element.setAttribute(key, value === true ? '' : String(value))
    }
  }
  for (const child of children.flat()) {
    if (child === null || child === undefined || child === false) continue
    element.append(typeof child === 'number' ? String(child) : child)
  }
}

export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Props = {},
  ...children: (Child | Child[])[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag)
  fill(element, props, children)
  return element
}

export function s(tag: string, props: Props = {}, ...children: (Child | Child[])[]): SVGElement {
  const element = document.createElementNS(SVG, tag)
  fill(element, props, children)
  return element
}

// Text of unknown direction that must not turn what stands around it.
export function said(text: string): HTMLElement {
  return h('bdi', {}, text)
}

export function clear(element: Element): void {
  element.replaceChildren()
}

// A sentence with names in braces, replaced by nodes or texts: "{a} and {b} agree".
export function sentence(pattern: string, parts: Record<string, Child>): Child[] {
  return pattern.split(/(\{\w+\})/).map((piece) => {
    const name = /^\{(\w+)\}$/.exec(piece)?.[1]
    return name !== undefined && name in parts ? parts[name] : piece
  })
}
