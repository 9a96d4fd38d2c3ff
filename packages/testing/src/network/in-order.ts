import type { Clock, ClockTimer } from '@libp2p-ws/core'

interface Entry {
  time: number
  action(): void
}

/** Things that happen one after the other, each no earlier than the one before, behind a single timer. */
export class InOrder {
  readonly #clock: Clock
  readonly #entries: Entry[] = []
  #timer: ClockTimer | undefined
  #latest = 0

  constructor (clock: Clock) {
    this.#clock = clock
  }

  add (time: number, action: () => void): void {
    this.#latest = Math.max(this.#latest, time)
    this.#entries.push({ time: this.#latest, action })

    if (this.#entries.length === 1) {
      this.#wait()
    }
  }

  clear (): void {
    this.#timer?.cancel()
    this.#entries.length = 0
  }

  #wait (): void {
    // an action may have added what came first, and a timer for it
    this.#timer?.cancel()
    const [next] = this.#entries

    if (next != null) {
      this.#timer = this.#clock.setTimeout(() => { this.#run() }, next.time - this.#clock.now())
    }
  }

  #run (): void {
    const now = this.#clock.now()

    // an action may clear the rest
    for (let [next] = this.#entries; next != null && next.time <= now; [next] = this.#entries) {
      this.#entries.shift()
      next.action()
    }

    this.#wait()
  }
}
