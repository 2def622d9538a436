// Route: an address of the atlas, `#/pair/<a>/<b>?level=row`.

export interface Route {
  path: string[]
  query: URLSearchParams
}

export function readRoute(hash = window.location.hash): Route {
  const [path, query] = hash.replace(/^#\/?/, '').split('?', 2)
  const parts = path.split('/').filter(Boolean).map(decode)
  return { path: parts.length ? parts : ['findings'], query: new URLSearchParams(query ?? '') }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text // a stray percent sign
  }
}

export function address(path: (string | number)[], query: Record<string, string | number | null> = {}): string {
  const said = Object.entries(query).filter(([, value]) => value !== null && value !== '')
  const search = new URLSearchParams(said.map(([key, value]) => [key, String(value)])).toString()
  return `#/${path.map((part) => encodeURIComponent(String(part))).join('/')}${search ? `?${search}` : ''}`
}

// Change what is asked of the view that is shown, so that its address can be sent; no new step of the history.
export function note(query: Record<string, string | number | null>): void {
  const route = readRoute()
  for (const [key, value] of Object.entries(query)) {
    if (value === null || value === '') route.query.delete(key)
    else route.query.set(key, String(value))
  }
  const asked = Object.fromEntries(route.query.entries())
  window.history.replaceState(null, '', address(route.path, asked))
}
