import { limitReached } from './limit-reached.ts'
import { utf8 } from './wire.ts'
import type { OutputQueue } from './output-queue.ts'
import type { SessionLimits } from './session-io.ts'

/** In bytes. multistream-select's messages have at most 1024, a newline among them. */
const MAX_PROTOCOL_LENGTH = 1023

interface Listener {
  frames: boolean

  /** The browser has been told that it works. */
  confirmed: boolean
}

/** The protocols that one browser listens for. */
export class SessionListeners {
  readonly #outputs: OutputQueue
  readonly #limits: SessionLimits
  readonly #listeners = new Map<string, Listener>()

  constructor (outputs: OutputQueue, limits: SessionLimits) {
    this.#outputs = outputs
    this.#limits = limits
  }

  get size (): number {
    return this.#listeners.size
  }

  /** Whether streams of `protocol` are framed; nothing where nobody listens. */
  framesOf (protocol: string): boolean | undefined {
    return this.#listeners.get(protocol)?.frames
  }

  /** A second Listen for a protocol changes how its next streams are framed. */
  listen (protocol: string, frames: boolean): void {
    const listener = this.#listeners.get(protocol)

    if (listener !== undefined) {
      listener.frames = frames
      listener.confirmed = false
      this.confirm(protocol)
    } else if (utf8(protocol).length > MAX_PROTOCOL_LENGTH) {
      this.#refuse(protocol, `a protocol has at most ${MAX_PROTOCOL_LENGTH} bytes`)
    } else if (this.size >= this.#limits.maxListeners) {
      this.#refuse(protocol, limitReached(this.#limits, 'maxListeners'))
    } else {
      this.#listeners.set(protocol, { frames, confirmed: false })
      this.#outputs.push({ type: 'listen', protocol })
    }
  }

  confirm (protocol: string): void {
    const listener = this.#listeners.get(protocol)

    if (listener?.confirmed === false) {
      listener.confirmed = true
      this.#outputs.send({ type: 'listening', protocol })
    }
  }

  fail (protocol: string, reason: string): void {
    if (this.#listeners.delete(protocol)) {
      this.#refuse(protocol, reason)
    }
  }

  /** @returns false, and does nothing, where nobody listens */
  stop (protocol: string): boolean {
    if (!this.#listeners.delete(protocol)) {
      return false
    }

    this.#outputs.push({ type: 'unlisten', protocol })
    this.#outputs.send({ type: 'listener-closed', protocol })

    return true
  }

  clear (): void {
    this.#listeners.clear()
  }

  /** Listen Refused has no room for a reason, so it is said before. */
  #refuse (protocol: string, reason: string): void {
    this.#outputs.send({ type: 'protocol-error', message: `Listen ${protocol.slice(0, MAX_PROTOCOL_LENGTH)}: ${reason}` })
    this.#outputs.send({ type: 'listen-refused', protocol })
  }
}
