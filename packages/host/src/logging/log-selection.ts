/** Ms after which a changed selection is seen. */
const MAX_AGE = 1_000

/** Which loggers print, in the way of `@libp2p/logger`: `libp2p:*,-libp2p:upgrader`, `libp2p:dialer:trace`. */
export class LogSelection {
  readonly text: string
  readonly #selected: RegExp[]
  readonly #left: RegExp[]

  constructor (text: string) {
    const patterns = text.split(/[\s,]+/).filter(pattern => pattern !== '')

    this.text = text
    this.#selected = patterns.filter(pattern => !pattern.startsWith('-')).map(toRegExp)
    this.#left = patterns.filter(pattern => pattern.startsWith('-')).map(pattern => toRegExp(pattern.slice(1)))
  }

  has (name: string): boolean {
    return this.#selected.some(pattern => pattern.test(name)) && !this.#left.some(pattern => pattern.test(name))
  }

  /** Traces are many: a wildcard alone does not select them. */
  hasTrace (name: string): boolean {
    return this.has(name) && this.text.includes(':trace')
  }
}

/** What `*` stands for is anything. */
function toRegExp (pattern: string): RegExp {
  return new RegExp(`^${pattern.split('*').map(part => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&')).join('.*')}$`)
}

let current = new LogSelection('')
let staleAt = -Infinity

/** That of `localStorage.debug`, where `enable` of `@libp2p/logger` writes it too, read again once it is a second old. */
export function currentSelection (): LogSelection {
  const now = Date.now()

  if (now >= staleAt) {
    staleAt = now + MAX_AGE
    const text = read()
    current = text === current.text ? current : new LogSelection(text)
  }

  return current
}

function read (): string {
  try {
    return localStorage.getItem('debug') ?? ''
  } catch {
    // a page may have no storage, and a worker has none
    return ''
  }
}
