import { createRelay } from '../../src/index.ts'
import type { Relay, RelayOptions } from '../../src/index.ts'

/** Relays of one test file, all on free ports. */
export class Relays {
  readonly #relays: Relay[] = []

  async start (options: RelayOptions = {}): Promise<Relay> {
    const relay = await createRelay({ port: 0, ...options })
    this.#relays.push(relay)

    return relay
  }

  async closeAll (): Promise<void> {
    await Promise.all(this.#relays.splice(0).map(async relay => relay.close()))
  }
}
