import { unescapePath } from './http-path.ts'
import type { Component } from '@multiformats/multiaddr'

export interface Fault {
  /** The component at fault as a multiaddr writes it, empty past the last one. */
  part: string
  reason: string
}

/**
 * A cursor over the components of a multiaddr. Which protocols have a value is
 * for the grammar to know: it asks for one, at most once a component.
 */
export abstract class ComponentReader {
  /** The name under the cursor; undefined past the last component. */
  protocol: string | undefined
  fault: Fault | undefined

  /** Moves to the next component. */
  abstract advance (): void

  /** The value of the component under the cursor; empty where there is none. */
  abstract value (): string

  /** The HTTP path, with its leading slash, that is the value of an `/http-path`; undefined where it is malformed. */
  abstract toPath (value: string): string | undefined

  /** Says what is wrong with the component under the cursor; the first word stands. False is for the caller to return. */
  refuse (reason: string, value?: string): false {
    const name = this.protocol === undefined ? '' : `/${this.protocol}`
    this.fault ??= { part: value === undefined ? name : `${name}/${value}`, reason }

    return false
  }
}

const SLASH = 47

/**
 * Reads the string form in place. Slashes at the end are left out, as go and
 * js multiaddrs do.
 */
export class StringReader extends ComponentReader {
  readonly #text: string
  readonly #end: number
  #at = 0

  constructor (text: string) {
    super()
    this.#text = text
    this.#end = endOf(text)

    if (text.startsWith('/')) {
      this.advance()
    } else {
      this.refuse('a multiaddr begins with a slash')
    }
  }

  override advance (): void {
    this.protocol = this.#at < this.#end ? this.#segment() : undefined
  }

  override value (): string {
    return this.#at < this.#end ? this.#segment() : ''
  }

  override toPath (value: string): string | undefined {
    return unescapePath(value)
  }

  /** The text between the slash under the cursor and the next one. */
  #segment (): string {
    const slash = this.#text.indexOf('/', this.#at + 1)
    const end = slash === -1 ? this.#end : slash
    const segment = this.#text.slice(this.#at + 1, end)
    this.#at = end

    return segment
  }
}

function endOf (text: string): number {
  let end = text.length

  while (end > 0 && text.charCodeAt(end - 1) === SLASH) {
    end--
  }

  return end
}

/** Reads the components of a `Multiaddr`. */
export class ObjectReader extends ComponentReader {
  readonly #components: Component[]
  #at = -1

  constructor (components: Component[]) {
    super()
    this.#components = components
    this.advance()
  }

  override advance (): void {
    this.protocol = this.#components[++this.#at]?.name
  }

  override value (): string {
    return this.#components[this.#at]?.value ?? ''
  }

  /**
   * The value is unescaped already. `@multiformats/multiaddr` 13 puts the leading
   * slash into it, and into the bytes; the bytes of others are without.
   */
  override toPath (value: string): string | undefined {
    return value === '' || value.startsWith('/') ? value : `/${value}`
  }
}
