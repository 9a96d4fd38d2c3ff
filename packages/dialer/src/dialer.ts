import { AbortError } from '@libp2p/interface'
import { ClosedError, InvalidValueError } from '@libp2p-ws/core'
import { toDialAddress } from './dial-address.ts'
import { DialDriver } from './dial-driver.ts'
import { checkOptions } from './dialer-options.ts'
import { DEFAULT_DIAL_PRIORITY, DIAL_PEER_TIMEOUT } from './sans-io/constants.ts'
import { DialError, DialToSelfError, GaterDisallowedConnectionError, NoConnectionError } from './sans-io/dial-errors.ts'
import type { DialerInit } from './dialer-options.ts'
import type { PeerBackoff } from './peer-backoff.ts'
import type { DialRequest } from './sans-io/inputs.ts'
import type { Connection, PeerId } from '@libp2p/interface'
import type { Dialer as DialerInterface, DialerComponents, DialPeerOptions, DialTrace } from '@libp2p-ws/core'
import type { Multiaddr } from '@multiformats/multiaddr'

/**
 * A dialer, in the way js-libp2p's modules are made: `dialer(init)(components)`.
 *
 * @throws {InvalidValueError} where an option makes no sense
 */
export function dialer (init: DialerInit = {}): (components: DialerComponents) => Dialer {
  checkOptions(init)

  return components => new Dialer(components, init)
}

/** Finds the fastest working address of a peer. */
export class Dialer implements DialerInterface {
  readonly backoff: PeerBackoff
  readonly #components: DialerComponents
  readonly #timeout: number
  readonly #driver: DialDriver
  readonly #onOnline = (): void => { this.resetNetworkState() }

  /** Callers that wait, and how to turn them away. */
  readonly #waiting = new Map<number, (error: Error) => void>()
  #lastRequest = 0
  #isClosed = false

  constructor (components: DialerComponents, init: DialerInit = {}) {
    checkOptions(init)
    this.#components = components
    this.#timeout = init.dialPeerTimeout ?? DIAL_PEER_TIMEOUT
    this.#driver = new DialDriver(components, init)
    this.backoff = this.#driver.backoff

    // browsers tell when the network is back, Node.js does not
    globalThis.addEventListener?.('online', this.#onOnline)
  }

  /**
   * Connects to `peer`. Calls for the same peer join one dial, with the addresses
   * of all; each has its own signal, and the dial ends when the last has gone.
   *
   * @throws {DialError} after all addresses, or 60 s; with a cause for each address
   * @throws {DialToSelfError} when `peer` is this host
   * @throws {NoConnectionError} when `noDial` is set and no connection is open
   * @throws {ClosedError} after `close`
   * @throws {Error} the signal's reason
   */
  async dialPeer (peer: PeerId, options: DialPeerOptions = {}): Promise<Connection> {
    this.#check(options)

    if (peer.equals(this.#components.peerId)) {
      throw new DialToSelfError(`${peer} is this host`)
    }

    const open = this.#openConnection(peer, options)

    if (open !== undefined) {
      return open
    }

    if (options.noDial === true) {
      throw new NoConnectionError(`no connection to ${peer} is open, and dialing was not allowed`)
    }

    if (await this.#components.connectionGater?.denyDialPeer?.(peer) === true) {
      throw refusal(peer)
    }

    return this.#request(peer.toString(), peer, options)
  }

  /**
   * Connects to whoever answers at one of `addresses`. Calls for the same
   * addresses join one dial.
   *
   * @throws {InvalidValueError} where an address names a peer, who would not be asked for
   * @throws {Error} as `dialPeer`
   */
  async dialAddresses (addresses: readonly Multiaddr[], options: DialPeerOptions = {}): Promise<Connection> {
    this.#check(options)
    const keys = addresses.map(address => {
      const target = toDialAddress(address, undefined)

      if (target === undefined || target.peer !== undefined) {
        throw new InvalidValueError('addresses', address, `${address} names a peer; dial the peer with dialPeer`)
      }

      return target.key
    })

    return this.#request(`addresses ${keys.sort().join(' ')}`, undefined, { ...options, addresses })
  }

  /** Snapshots of the dials under way. */
  pending (): DialTrace[] {
    return this.#driver.pending()
  }

  /**
   * Forgets black holes, and the backoff of every address that has not itself
   * refused. Called by itself when a browser is online again.
   */
  resetNetworkState (): void {
    this.#driver.resetNetworkState()
  }

  async close (): Promise<void> {
    this.#isClosed = true
    globalThis.removeEventListener?.('online', this.#onOnline)

    for (const turnAway of this.#waiting.values()) {
      turnAway(new ClosedError('the dialer'))
    }

    await this.#driver.close()
  }

  #check ({ signal }: DialPeerOptions): void {
    if (this.#isClosed) {
      throw new ClosedError('the dialer')
    }

    if (signal?.aborted === true) {
      throw abortError(signal)
    }
  }

  async #request (key: string, peer: PeerId | undefined, options: DialPeerOptions): Promise<Connection> {
    // the gater took its time
    this.#check(options)
    const { signal } = options
    const id = ++this.#lastRequest
    let onAbort: (() => void) | undefined

    try {
      return await new Promise((resolve, reject) => {
        onAbort = () => {
          this.#driver.cancel(id)
          reject(abortError(signal))
        }
        this.#waiting.set(id, reject)
        signal?.addEventListener('abort', onAbort, { once: true })
        this.#driver.request(this.#toRequest(id, key, peer, options), {
          peer,
          options,
          resolve,
          reject: error => {
            // the peer may have dialed us meanwhile
            const open = peer === undefined ? undefined : this.#openConnection(peer, options)

            if (open === undefined) {
              reject(error)
            } else {
              resolve(open)
            }
          }
        })
      })
    } catch (err) {
      // the caller's addresses may have thrown, with the request half made
      this.#driver.cancel(id)
      throw err
    } finally {
      this.#waiting.delete(id)

      if (onAbort !== undefined) {
        signal?.removeEventListener('abort', onAbort)
      }
    }
  }

  #toRequest (id: number, key: string, peer: PeerId | undefined, options: DialPeerOptions): DialRequest {
    return {
      id,
      key,
      peer: peer?.toString() ?? '',
      timeout: this.#timeout,
      priority: options.priority ?? DEFAULT_DIAL_PRIORITY,
      forceDirect: options.forceDirect ?? false,
      allowLimited: options.allowLimited ?? true,
      ...(options.initiator === undefined ? {} : { initiator: options.initiator }),
      lookups: options.addresses === undefined ? 0 : 1,
      wantsLookup: peer !== undefined && options.onlyAddresses !== true
    }
  }

  /** An open connection that is an answer to a call with `options`. */
  #openConnection (peer: PeerId, { force, allowLimited, forceDirect }: DialPeerOptions): Connection | undefined {
    const connection = force === true ? undefined : this.#components.connection?.(peer)
    const isLimited = connection?.limits != null

    return (isLimited && allowLimited === false) || (forceDirect === true && connection?.direct === false) ? undefined : connection
  }
}

function abortError (signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason

  return reason instanceof Error ? reason : new AbortError(`the dial was aborted: ${reason}`)
}

function refusal (peer: PeerId): DialError {
  return new DialError({
    peer: peer.toString(),
    cause: new GaterDisallowedConnectionError('the connection gater refused this peer'),
    failures: [],
    overflow: 0,
    trace: { peer: peer.toString(), startedAt: Date.now(), ended: 0, outcome: 'failed', records: [] }
  })
}
