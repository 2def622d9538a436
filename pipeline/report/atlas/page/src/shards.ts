// Shards: scripts that register themselves, so that a browser reads data from a disk without a server.

type Waiting = { resolve: (content: unknown) => void; reject: (reason: Error) => void }

declare global {
  interface Window {
    tablekin_shard: (name: string, content: unknown) => void
    tablekin_waiting?: [string, unknown][]
    tablekin_pictures?: Record<string, string>
  }
}

const known = new Map<string, Promise<unknown>>()
const waiting = new Map<string, Waiting>()

function register(name: string, content: unknown): void {
  const one = waiting.get(name)
  waiting.delete(name)
  if (one) one.resolve(content)
  else known.set(name, Promise.resolve(content))
}

window.tablekin_shard = register
for (const [name, content] of window.tablekin_waiting ?? []) register(name, content)

export function load<T>(name: string): Promise<T> {
  const there = known.get(name)
  if (there) return there as Promise<T>
  const promise = new Promise<unknown>((resolve, reject) => {
    waiting.set(name, { resolve, reject })
    const script = document.createElement('script')
    script.src = `data/${name}.js`
    script.onerror = () => {
      known.delete(name)
      reject(new Error(`data/${name}.js`))
    }
    script.onload = () => script.remove()
    document.head.append(script)
  })
  known.set(name, promise)
  return promise as Promise<T>
}

export function pictureAddress(file: string): string {
  return window.tablekin_pictures?.[file] ?? `img/${file}`
}

type Kind = 'u1' | 'i1' | 'u2' | 'i2' | 'f4'
const ARRAYS = { u1: Uint8Array, i1: Int8Array, u2: Uint16Array, i2: Int16Array, f4: Float32Array } as const

// Numbers as they were packed: base 64 of zlib of little-endian values.
export async function unpack<K extends Kind>(text: string, kind: K): Promise<InstanceType<(typeof ARRAYS)[K]>> {
  const raw = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))
  const stream = new Blob([raw]).stream().pipeThrough(new DecompressionStream('deflate'))
  const buffer = await new Response(stream).arrayBuffer()
  return new ARRAYS[kind](buffer) as InstanceType<(typeof ARRAYS)[K]>
}
