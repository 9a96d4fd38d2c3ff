import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { BrowserPeer } from './browser-peer.ts'
import { ListenError } from './errors.ts'
import { Identities } from './identities.ts'
import { withFreePort } from './listen-addresses.ts'
import { createPeer } from './peer.ts'
import { readPrivateKey } from './private-key.ts'
import { systemClock } from './system-clock.ts'
import type { IdentityClaim } from './identities.ts'
import type { PeerDirectory } from './peer-lookup.ts'
import type { ComponentFactory, PeerOptions } from './peer.ts'
import type { AbortOptions, Libp2p, Logger, PeerId, PeerInfo, PrivateKey } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

export interface PeerNetworkInit extends PeerOptions {
  listen: Multiaddr[]
  maxStreams: number
}

/** For peer routing to find one peer, in milliseconds: a lookup in a DHT is a walk over many peers. */
const ROUTING_TIMEOUT = 30_000

/** What a peer store, a peer routing without routers, and one that found nothing reject with. */
const NOT_KNOWN = new Set(['NotFoundError', 'NoPeerRoutersError'])

/** A browser's peer and how to get rid of it. */
export interface HostedPeer {
  peer: BrowserPeer

  /** The session is on its way out: another one may wait for its key. */
  closing(): void
  stop(): Promise<void>
}

/** The peers at one relay: its own, and one for each browser. */
export class PeerNetwork implements PeerDirectory {
  readonly #init: PeerNetworkInit
  readonly #log: Logger
  readonly #own: Libp2p
  readonly #identities: Identities
  readonly #hosts = new Map<string, Libp2p>()

  private constructor (init: PeerNetworkInit, own: Libp2p, identities: Identities) {
    this.#init = init
    this.#log = init.logger.forComponent('libp2p-ws:relay')
    this.#own = own
    this.#identities = identities
  }

  /**
   * Starts the relay's own peer, which alone runs `services`.
   *
   * @throws {ListenError} when it cannot start, which is for want of an address
   */
  static async start (init: PeerNetworkInit, key: PrivateKey, services: Record<string, ComponentFactory<unknown>>): Promise<PeerNetwork> {
    const own = await startPeerOn(init.listen, key, init, services)
    const identities = new Identities(systemClock)
    await identities.claim(own.peerId.toString())

    return new PeerNetwork(init, own, identities)
  }

  get own (): Libp2p {
    return this.#own
  }

  /**
   * Starts the peer of a browser that sent Start with `keyText`.
   *
   * @throws {InvalidValueError} when the key is none
   * @throws {KeyInUseError} when a live session, or the relay itself, is that peer
   * @throws {ListenError}
   */
  async startPeer (keyText: string): Promise<HostedPeer> {
    const key = await readPrivateKey(keyText)
    const peerId = peerIdFromPrivateKey(key).toString()
    const claim = await this.#identities.claim(peerId)

    try {
      const host = await startPeerOn(this.#freeAddresses(peerId), key, this.#init)
      this.#hosts.set(peerId, host)

      return {
        peer: new BrowserPeer(host, key, this, this.#init.maxStreams),
        closing: () => { claim.closing() },
        stop: async () => this.#stopPeer(host, claim)
      }
    } catch (err) {
      claim.release()
      throw err
    }
  }

  localAddresses (peer: PeerId): Multiaddr[] {
    return this.#hosts.get(peer.toString())?.getMultiaddrs() ?? []
  }

  async findAddresses (peer: PeerId, options: AbortOptions): Promise<Multiaddr[]> {
    const stored = await absentIfUnknown(this.#own.peerStore.getInfo(peer, options))

    if (stored !== undefined && stored.multiaddrs.length > 0) {
      return stored.multiaddrs
    }

    const deadline = AbortSignal.timeout(ROUTING_TIMEOUT)
    const signal = options.signal === undefined ? deadline : AbortSignal.any([options.signal, deadline])
    const found = await absentIfUnknown(this.#own.peerRouting.findPeer(peer, { ...options, signal }))

    return found?.multiaddrs ?? []
  }

  async stop (): Promise<void> {
    await this.#own.stop()
  }

  #freeAddresses (peerId: string): Multiaddr[] {
    return this.#init.listen.map(address => {
      const free = withFreePort(address)

      if (!free.equals(address)) {
        this.#log('peer %s listens on %a, since the relay itself has %a', peerId, free, address)
      }

      return free
    })
  }

  async #stopPeer (host: Libp2p, claim: IdentityClaim): Promise<void> {
    this.#hosts.delete(host.peerId.toString())

    try {
      await host.stop()
    } finally {
      claim.release()
    }
  }
}

/** Finding no address to listen on is the one way in which a start is known to fail. */
async function startPeerOn (listen: Multiaddr[], key: PrivateKey, options: PeerOptions, services?: Record<string, ComponentFactory<unknown>>): Promise<Libp2p> {
  try {
    return await createPeer(key, listen, options, services)
  } catch (err) {
    // js-libp2p puts a stack for each address into its message.
    const reason = (err as Error).message.replace(/\n\s+at .*/g, '').trim()

    throw new ListenError('listen', `no peer can listen on ${listen.join(', ')}: ${reason}`, err)
  }
}

async function absentIfUnknown (lookup: Promise<PeerInfo>): Promise<PeerInfo | undefined> {
  try {
    return await lookup
  } catch (err) {
    if (NOT_KNOWN.has((err as Error).name)) {
      return undefined
    }

    throw err
  }
}
