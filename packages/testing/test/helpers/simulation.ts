import { generateKeyPair } from '@libp2p/crypto/keys'
import { defaultLogger } from '@libp2p/logger'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { FakeClock, PassThroughUpgrader, SimulatedNetwork } from '../../src/index.ts'
import type { SimulatedHost, SimulatedNetworkInit } from '../../src/index.ts'
import type { Listener, MultiaddrConnection } from '@libp2p/interface'

export const ADDRESS = '/ip4/192.0.2.1/tcp/4001'

const peerId = peerIdFromPrivateKey(await generateKeyPair('Ed25519'))

/** Two hosts, one of which listens at `ADDRESS`, in virtual time. */
export class Simulation {
  readonly clock = new FakeClock()
  readonly network: SimulatedNetwork
  readonly near: SimulatedHost
  readonly far: SimulatedHost

  /** What the far end accepted, with the time. */
  readonly accepted: Array<{ connection: MultiaddrConnection, at: number }> = []

  constructor (init: Omit<SimulatedNetworkInit, 'clock'> = {}) {
    this.network = new SimulatedNetwork({ ...init, clock: this.clock })
    this.near = this.network.addHost({ name: 'near', addresses: ['/ip4/198.51.100.1'] })
    this.far = this.network.addHost({ name: 'far', addresses: ['/ip4/192.0.2.1', '/dns4/far.example'] })
  }

  async listen (address = ADDRESS, host = this.far): Promise<Listener> {
    const listener = host.transport()({ logger: defaultLogger() }).createListener({
      upgrader: new PassThroughUpgrader({
        remotePeer: peerId,
        onConnection: connection => { this.accepted.push({ connection, at: this.clock.now() }) }
      })
    })
    await listener.listen(multiaddr(address))

    return listener
  }

  async dial (address = ADDRESS, signal = new AbortController().signal): Promise<MultiaddrConnection> {
    let dialed: MultiaddrConnection | undefined
    const transport = this.near.transport()({ logger: defaultLogger() })
    await transport.dial(multiaddr(address), {
      signal,
      upgrader: new PassThroughUpgrader({ remotePeer: peerId, onConnection: connection => { dialed = connection } })
    })

    if (dialed == null) {
      throw new Error('dial did not go through the upgrader')
    }

    return dialed
  }

  /** One established connection: both ends. */
  async connect (): Promise<[MultiaddrConnection, MultiaddrConnection]> {
    const near = await this.clock.runUntil(this.dial())
    const count = this.accepted.length
    await this.clock.runUntil((async () => {
      while (this.accepted.length === count) {
        await new Promise<void>(resolve => { this.clock.setTimeout(resolve, 1) })
      }
    })())
    const far = this.accepted.at(-1)?.connection

    if (far == null) {
      throw new Error('nothing was accepted')
    }

    return [near, far]
  }
}

/** What a connection gets, as one array, and whether it has closed. */
export class Received {
  readonly #pieces: Uint8Array[] = []
  closed: { error: Error | undefined, local: boolean | undefined } | undefined
  lastAt = 0

  constructor (connection: MultiaddrConnection, clock: FakeClock) {
    connection.addEventListener('message', ({ data }) => {
      this.#pieces.push(data.slice())
      this.lastAt = clock.now()
    })
    connection.addEventListener('close', ({ error, local }) => { this.closed = { error, local } })
  }

  get bytes (): Uint8Array {
    return Uint8Array.from(this.#pieces.flatMap(piece => [...piece]))
  }

  get length (): number {
    return this.#pieces.reduce((sum, { length }) => sum + length, 0)
  }
}
