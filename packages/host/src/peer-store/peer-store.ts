import { InvalidParametersError, isPeerId, NotFoundError } from '@libp2p/interface'
import { peerIdFromCID } from '@libp2p/peer-id'
import { PeerRecord, RecordEnvelope } from '@libp2p/peer-record'
import { Key } from 'interface-datastore'
import { CID } from 'multiformats/cid'
import { isForgotten, livingPartOf } from './expiry.ts'
import { KeyedQueue } from './keyed-queue.ts'
import { changePeer } from './peer-changes.ts'
import { decodePeer, encodePeer, haveSameContents } from './stored-peer.ts'
import { toPeer } from './to-peer.ts'
import type { Strategy } from './peer-changes.ts'
import type { StoredPeer } from './stored-peer.ts'
import type { AbortOptions, ComponentLogger, ConsumePeerRecordOptions, Libp2pEvents, Logger, Metrics, Peer, PeerData, PeerId, PeerInfo, PeerQuery, PeerStore as PeerStoreInterface } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { Datastore } from 'interface-datastore'
import type { TypedEventTarget } from 'main-event'

/** Ms after which an address that was stored is not given out any more (js-libp2p's default). */
const MAX_ADDRESS_AGE = 3_600_000

/** Ms after which a peer without addresses that nothing new was told of is removed (js-libp2p's default). */
const MAX_PEER_AGE = 21_600_000

/** Of js-libp2p's peer store, whose datastores are read. */
const PREFIX = '/peers/'

/** `peerStore` of `Libp2pInit`. */
export interface PeerStoreInit {
  /** Whether to store an address of a peer. Default: the gater's `filterMultiaddrForPeer`, without which every address is stored. */
  addressFilter?(peer: PeerId, address: Multiaddr): boolean | Promise<boolean>

  /** Ms. Default 3,600,000, an hour. */
  maxAddressAge?: number

  /** Ms. Default 21,600,000, six hours. */
  maxPeerAge?: number
}

export interface PeerStoreComponents {
  peerId: PeerId
  datastore: Datastore
  events: TypedEventTarget<Libp2pEvents>
  logger: ComponentLogger
  metrics?: Metrics
}

/** How a change goes with what is there; to save is to begin anew. */
type Change = Strategy | 'save'

/**
 * What is known of peers, in a datastore in which js-libp2p's peer store finds it
 * too. What is asked and told of one peer is done in the order of its coming.
 */
export class PeerStore implements PeerStoreInterface {
  readonly #components: PeerStoreComponents
  readonly #init: PeerStoreInit
  readonly #queue = new KeyedQueue()
  readonly #log: Logger

  constructor (components: PeerStoreComponents, init: PeerStoreInit = {}) {
    this.#components = components
    this.#init = init
    this.#log = components.logger.forComponent('libp2p:peer-store')
    components.metrics?.registerMetric('libp2p_peer_store_locks', { calculate: () => this.#queue.size })
  }

  get [Symbol.toStringTag] (): string {
    return '@libp2p/peer-store'
  }

  async forEach (fn: (peer: Peer) => void, query?: PeerQuery): Promise<void> {
    for (const peer of await this.all(query)) {
      fn(peer)
    }
  }

  /** Every peer but the own. */
  async all ({ filters = [], limit = Infinity, offset = 0, orders = [], ...options }: PeerQuery = {}): Promise<Peer[]> {
    const peers: Peer[] = []

    for await (const { key, value } of this.#components.datastore.query({ prefix: PREFIX }, options)) {
      const id = peerIdFromCID(CID.parse(key.name()))
      const stored = id.equals(this.#components.peerId) ? undefined : await this.#living(id, key, value, options)
      const peer = stored == null ? undefined : toPeer(id, stored)

      if (peer != null && filters.every(filter => filter(peer))) {
        peers.push(peer)
      }
    }

    return orders.reduce((sorted, order) => sorted.sort(order), peers).slice(offset, offset + limit)
  }

  /** Removes the peer, unless it is the node's own. */
  async delete (id: PeerId, options?: AbortOptions): Promise<void> {
    await this.#inTurn(id, options, async key => {
      if (!id.equals(this.#components.peerId)) {
        await this.#components.datastore.delete(key, options)
      }
    })
  }

  async has (id: PeerId, options?: AbortOptions): Promise<boolean> {
    return this.#inTurn(id, options, async key => await this.#load(id, key, options) != null)
  }

  /** @throws {NotFoundError} for a peer of which nothing is stored, or nothing any more */
  async get (id: PeerId, options?: AbortOptions): Promise<Peer> {
    const stored = await this.#inTurn(id, options, async key => this.#load(id, key, options))

    if (stored == null) {
      throw new NotFoundError(`peer ${id} is not in the peer store`)
    }

    return toPeer(id, stored)
  }

  /** @throws {NotFoundError} as `get` does */
  async getInfo (id: PeerId, options?: AbortOptions): Promise<PeerInfo> {
    const { addresses } = await this.get(id, options)

    return { id, multiaddrs: addresses.map(({ multiaddr }) => multiaddr) }
  }

  /**
   * In place of what is there.
   *
   * @throws {InvalidParametersError} for data that cannot be stored
   */
  async save (id: PeerId, data: PeerData, options?: AbortOptions): Promise<Peer> {
    return this.#inTurn(id, options, async key => this.#store(id, key, data, 'save', options))
  }

  /**
   * Each field in place of the same field.
   *
   * @throws {InvalidParametersError} for data that cannot be stored
   */
  async patch (id: PeerId, data: PeerData, options?: AbortOptions): Promise<Peer> {
    return this.#inTurn(id, options, async key => this.#store(id, key, data, 'patch', options))
  }

  /**
   * Beside what is there; undefined tags and metadata are removed.
   *
   * @throws {InvalidParametersError} for data that cannot be stored
   */
  async merge (id: PeerId, data: PeerData, options?: AbortOptions): Promise<Peer> {
    return this.#inTurn(id, options, async key => this.#store(id, key, data, 'merge', options))
  }

  /**
   * The addresses of a signed peer record (libp2p RFC 0003), in place of those
   * that are there. False when the record is not newer than the one that is
   * there, not of its signer or not of the expected peer.
   *
   * @throws {Error} for an envelope that cannot be read or has no valid signature
   */
  async consumePeerRecord (envelopeBytes: Uint8Array, { expectedPeer, ...options }: ConsumePeerRecordOptions = {}): Promise<boolean> {
    const { payload, publicKey } = await RecordEnvelope.openAndCertify(envelopeBytes, PeerRecord.DOMAIN, options)
    const signer = peerIdFromCID(publicKey.toCID())
    const { multiaddrs, peerId, seqNumber } = PeerRecord.createFromProtobuf(payload)

    if (!peerId.equals(signer) || expectedPeer?.equals(signer) === false) {
      this.#log('a record of %p, signed by %p, was expected from %p', peerId, signer, expectedPeer ?? peerId)
      return false
    }

    return this.#inTurn(peerId, options, async key => {
      const known = (await this.#load(peerId, key, options))?.peerRecordEnvelope

      if (known != null && sequenceOf(known) >= seqNumber) {
        this.#log('the record of %p is not newer than the one that is there', peerId)
        return false
      }

      await this.#store(peerId, key, {
        peerRecordEnvelope: envelopeBytes,
        addresses: multiaddrs.map(multiaddr => ({ multiaddr, isCertified: true }))
      }, 'patch', options)

      return true
    })
  }

  async #inTurn<T> (id: PeerId, options: AbortOptions | undefined, task: (key: Key) => Promise<T>): Promise<T> {
    if (!isPeerId(id)) {
      throw new InvalidParametersError(`${id} is not a peer id`)
    }

    const name = id.toCID().toString()

    return this.#queue.run(name, async () => task(new Key(`${PREFIX}${name}`)), options)
  }

  async #store (id: PeerId, key: Key, data: PeerData, change: Change, options?: AbortOptions): Promise<Peer> {
    const { datastore, events, peerId } = this.#components
    const previous = await this.#load(id, key, options)
    const changed = await changePeer(id, change === 'save' ? undefined : previous, data, {
      strategy: change === 'merge' ? 'merge' : 'patch',
      now: Date.now(),
      allows: address => this.#init.addressFilter?.(id, address) ?? true
    })

    await datastore.put(key, encodePeer(changed), options)
    const peer = toPeer(id, changed)

    if (previous == null || !haveSameContents(previous, changed)) {
      events.safeDispatchEvent(id.equals(peerId) ? 'self:peer:update' : 'peer:update', {
        detail: { peer, ...(previous == null ? {} : { previous: toPeer(id, previous) }) }
      })
    }

    return peer
  }

  async #load (id: PeerId, key: Key, options?: AbortOptions): Promise<StoredPeer | undefined> {
    try {
      return await this.#living(id, key, await this.#components.datastore.get(key, options), options)
    } catch (err) {
      if (err instanceof Error && err.name === 'NotFoundError') {
        return undefined
      }

      throw err
    }
  }

  /** What of the stored peer is not past its time. A peer of whom nothing is left is removed. */
  async #living (id: PeerId, key: Key, bytes: Uint8Array, options?: AbortOptions): Promise<StoredPeer | undefined> {
    const { maxAddressAge = MAX_ADDRESS_AGE, maxPeerAge = MAX_PEER_AGE } = this.#init
    const isSelf = id.equals(this.#components.peerId)
    const now = Date.now()
    let stored: StoredPeer

    try {
      stored = decodePeer(bytes)
    } catch (err) {
      this.#log.error('what is stored of %p cannot be read - %e', id, err)
      return undefined
    }

    const living = livingPartOf(stored, now, isSelf ? Infinity : maxAddressAge)

    if (isForgotten(living, now, isSelf ? Infinity : maxPeerAge)) {
      await this.#components.datastore.delete(key, options)
      return undefined
    }

    return living
  }
}

function sequenceOf (envelope: Uint8Array): bigint {
  return PeerRecord.createFromProtobuf(RecordEnvelope.createFromProtobuf(envelope).payload).seqNumber
}
