import { Timers } from './timers.ts'
import type { SessionLimits } from './session-io.ts'

type TimerName = 'start' | 'idle' | 'ping' | 'pong'

/** Whether somebody is at the other end of the WebSocket, and has any use for it. */
export class Liveness {
  readonly #limits: SessionLimits
  readonly #timers = new Timers<TimerName>()

  constructor (limits: SessionLimits, now: number) {
    this.#limits = limits
    this.#timers.set('start', now + limits.startTimeout)
    this.#timers.set('ping', now + limits.pingInterval)
    this.#timers.set('pong', now + limits.pongTimeout)
  }

  handleStart (): void {
    this.#timers.cancel('start')
  }

  /** A message or a pong came. */
  handleSign (now: number): void {
    if (this.#timers.has('pong')) {
      this.#timers.set('pong', now + this.#limits.pongTimeout)
    }

    if (this.#timers.has('idle')) {
      this.#timers.set('idle', now + this.#limits.idleTimeout)
    }
  }

  /** A browser that is not read from cannot answer a ping. */
  setPaused (paused: boolean, now: number): void {
    if (paused) {
      this.#timers.cancel('pong')
    } else {
      this.#timers.set('pong', now + this.#limits.pongTimeout)
    }
  }

  setIdle (idle: boolean, now: number): void {
    if (!idle) {
      this.#timers.cancel('idle')
    } else if (!this.#timers.has('idle')) {
      this.#timers.set('idle', now + this.#limits.idleTimeout)
    }
  }

  /** One timer that has run out; 'ping' has been set again. */
  handleTimeout (now: number): TimerName | undefined {
    const name = this.#timers.expire(now)

    if (name === 'ping') {
      this.#timers.set('ping', now + this.#limits.pingInterval)
    }

    return name
  }

  pollTimeout (): number | undefined {
    return this.#timers.next()
  }

  stop (): void {
    this.#timers.clear()
  }
}
