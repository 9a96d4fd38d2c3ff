import { generateKeyPair } from '@libp2p/crypto/keys'
import { defaultLogger } from '@libp2p/logger'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { FakeClock } from '@libp2p-ws/testing'
import type { Connection, PeerId } from '@libp2p/interface'
import type { ClockTimer, ConnectOptions, DialerComponents } from '@libp2p-ws/core'
import type { Multiaddr } from '@multiformats/multiaddr'

export async function randomPeer (): Promise<PeerId> {
  return peerIdFromPrivateKey(await generateKeyPair('Ed25519'))
}

/** What a host does with a dial. Rejects or resolves as it likes, in virtual time. */
export type Host = (options: ConnectOptions, clock: FakeClock) => Promise<Connection>

/** Connections that were made, with what became of them. */
export interface FakeConnection extends Connection {
  isAborted: boolean
}

export interface SentDial {
  address: string
  options: ConnectOptions
  at: number
}

/** Hosts at addresses, in virtual time. */
export class FakeNetwork {
  readonly clock: FakeClock = new FakeClock()
  readonly dials: SentDial[] = []
  readonly connections: FakeConnection[] = []
  readonly peerId: PeerId

  /** Sockets that are open and have not become connections. */
  open = 0

  readonly #hosts = new Map<string, Host>()

  constructor (peerId: PeerId) {
    this.peerId = peerId
  }

  host (address: string, host: Host): void {
    this.#hosts.set(address, host)
  }

  /** `peer` answers at `address` after `delay` ms. */
  listen (address: string, peer: PeerId, delay: number, fields: Partial<Connection> = {}): void {
    this.host(address, async ({ signal }) => {
      await wait(this.clock, delay, signal)

      return this.connect(peer, fields)
    })
  }

  /** Nobody listens at `address`. */
  refuse (address: string): void {
    this.host(address, async () => { throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }) })
  }

  connect (remotePeer: PeerId, fields: Partial<Connection> = {}): FakeConnection {
    const connection = {
      remotePeer,
      direct: true,
      status: 'open',
      isAborted: false,
      abort: () => { connection.isAborted = true },
      ...fields
    } as unknown as FakeConnection
    this.connections.push(connection)

    return connection
  }

  /** What a dialer needs of its host; `fields` replace some of it. */
  components (fields: Partial<DialerComponents> = {}): DialerComponents {
    return {
      peerId: this.peerId,
      logger: defaultLogger(),
      connect: async (address, options) => this.dial(address, options),
      canDial: address => !address.toString().includes('/quic'),
      candidates: async function * () {},
      ...fields
    }
  }

  async dial (address: Multiaddr, options: ConnectOptions): Promise<Connection> {
    this.dials.push({ address: address.toString(), options, at: this.clock.now() })
    const host = this.#hosts.get(address.toString()) ?? (async ({ signal }) => never(signal))
    this.open++

    try {
      return await host(options, this.clock)
    } finally {
      this.open--
    }
  }
}

/** Rejects when `signal` aborts, as a dial does. */
export async function never (signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => { reject(signal.reason) }, { once: true })
  })
}

export async function wait (clock: FakeClock, ms: number, signal: AbortSignal): Promise<void> {
  let timer: ClockTimer | undefined

  try {
    await Promise.race([
      new Promise<void>(resolve => { timer = clock.setTimeout(resolve, ms) }),
      never(signal)
    ])
  } finally {
    timer?.cancel()
  }
}
