import { NotStartedError } from '@libp2p/interface'
import type { Transport } from '@libp2p/interface'
import type { SwarmCore } from '@libp2p-ws/swarm'

/**
 * The swarm of a node that may be stopped and started again. A closed swarm
 * stays closed, so every start has its own; the transports stay the same.
 */
export class HostSwarm {
  readonly #make: () => SwarmCore
  readonly #transports = new Set<Transport>()
  #running: SwarmCore | undefined

  constructor (make: () => SwarmCore) {
    this.#make = make
  }

  /** Undefined while the node is stopped. */
  get running (): SwarmCore | undefined {
    return this.#running
  }

  /** @throws {NotStartedError} while the node is stopped */
  assertRunning (): SwarmCore {
    if (this.#running == null) {
      throw new NotStartedError('the node is not started')
    }

    return this.#running
  }

  addTransport (transport: Transport): void {
    this.#transports.add(transport)
    this.#running?.addTransport(transport)
  }

  /** Closes what `transport` listens on. What is dialed is up to the transport manager. */
  async removeTransport (transport: Transport): Promise<void> {
    this.#transports.delete(transport)
    const swarm = this.#running
    const listening = swarm?.listeners().flatMap(listener => transport.listenFilter(listener.getAddrs())) ?? []

    await Promise.all(listening.map(async address => swarm?.removeListenAddr(address)))
  }

  open (): void {
    const swarm = this.#running = this.#make()

    for (const transport of this.#transports) {
      swarm.addTransport(transport)
    }
  }

  /** Resolves when no dial, listener or connection is left. */
  async close (): Promise<void> {
    const swarm = this.#running
    await swarm?.close()

    if (this.#running === swarm) {
      this.#running = undefined
    }
  }
}
