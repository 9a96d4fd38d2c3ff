import { ClosedError, InvalidValueError } from '@libp2p-ws/core'
import { memoryAddressBook } from './address-book.ts'
import { CandidateFeed } from './candidate-feed.ts'
import { Connector } from './connector.ts'
import { toDialAddress } from './dial-address.ts'
import { DialMetrics } from './dial-metrics.ts'
import { NO_LOG } from './no-log.ts'
import { RunningDial } from './running-dial.ts'
import { favoriteAddress } from './sans-io/address-history.ts'
import { DEFAULT_DIAL_PRIORITY, DIAL_PEER_TIMEOUT } from './sans-io/constants.ts'
import { DialError, DialToSelfError, GaterDisallowedConnectionError, NoConnectionError } from './sans-io/dial-errors.ts'
import { copyRecord } from './sans-io/dial-failure.ts'
import { DialScheduler } from './sans-io/dial-scheduler.ts'
import { systemClock } from './system-clock.ts'
import type { AddressBook } from './address-book.ts'
import type { DialerInit, DialTraceEvent } from './dialer-options.ts'
import type { Caller } from './running-dial.ts'
import type { DialRequest } from './sans-io/inputs.ts'
import type { DialOutput } from './sans-io/outputs.ts'
import type { Connection, Logger, PeerId } from '@libp2p/interface'
import type { Clock, ClockTimer, Dialer as DialerInterface, DialerComponents, DialPeerOptions, DialTrace } from '@libp2p-ws/core'
import type { Multiaddr } from '@multiformats/multiaddr'

/** As `Dialer`, in the way js-libp2p's modules are made. */
export function dialer (init: DialerInit = {}): (components: DialerComponents) => Dialer {
  return components => new Dialer(components, init)
}

/**
 * Finds the fastest working address of a peer. What is decided, `DialScheduler`
 * decides; this carries it out, with one timer for all.
 */
export class Dialer implements DialerInterface {
  readonly #components: DialerComponents
  readonly #init: DialerInit
  readonly #clock: Clock
  readonly #log: Logger
  readonly #scheduler: DialScheduler
  readonly #connector: Connector
  readonly #addressBook: AddressBook
  readonly #metrics: DialMetrics | undefined
  readonly #dials = new Map<number, RunningDial>()
  readonly #callers = new Map<number, Caller>()
  readonly #onOnline = (): void => { this.resetNetworkState() }
  #lastRequest = 0
  #timer: { at: number, handle: ClockTimer } | undefined
  #isDriving = false
  #isClosed = false

  constructor (components: DialerComponents, init: DialerInit = {}) {
    this.#components = components
    this.#init = init
    this.#clock = init.clock ?? systemClock
    this.#log = components.logger?.forComponent('libp2p-ws:dialer') ?? NO_LOG
    this.#scheduler = new DialScheduler({ ...init, epoch: Date.now() - this.#clock.now() })
    this.#connector = new Connector(components, (attempt, update) => {
      this.#scheduler.handleDialUpdate(this.#clock.now(), attempt, update)
      this.#drive()
    })
    this.#addressBook = init.addressBook ?? memoryAddressBook()
    this.#metrics = components.metrics === undefined ? undefined : new DialMetrics(components.metrics, this.#scheduler.blackHoles)

    // browsers tell when the network is back, Node.js does not
    globalThis.addEventListener?.('online', this.#onOnline)
  }

  async dialPeer (peer: PeerId, options: DialPeerOptions = {}): Promise<Connection> {
    this.#check(options)

    if (peer.equals(this.#components.peerId)) {
      throw new DialToSelfError(`${peer} is this host`)
    }

    const open = options.force === true ? undefined : this.#openConnection(peer, options)

    if (open !== undefined) {
      return open
    }

    if (options.noDial === true) {
      throw new NoConnectionError(`no connection to ${peer} is open, and dialing was not allowed`)
    }

    if (await this.#components.connectionGater?.denyDialPeer?.(peer) === true) {
      throw this.#refusal(peer)
    }

    return this.#request(peer.toString(), peer, options)
  }

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

  pending (): DialTrace[] {
    return this.#scheduler.pending()
  }

  resetNetworkState (): void {
    this.#scheduler.resetNetworkState()
  }

  async close (): Promise<void> {
    this.#isClosed = true
    globalThis.removeEventListener?.('online', this.#onOnline)

    for (const [request, caller] of this.#callers) {
      this.#scheduler.handleCancel(this.#clock.now(), request)
      caller.reject(new ClosedError('the dialer'))
    }

    this.#drive()
    await this.#connector.settled()
  }

  #check ({ signal }: DialPeerOptions): void {
    if (this.#isClosed) {
      throw new ClosedError('the dialer')
    }

    signal?.throwIfAborted()
  }

  /** A new request of the scheduler. The caller's own addresses are the first candidates. */
  async #request (key: string, peer: PeerId | undefined, options: DialPeerOptions): Promise<Connection> {
    this.#check(options)

    return new Promise((resolve, reject) => {
      const { addresses, signal } = options
      const id = ++this.#lastRequest
      const dialId = this.#scheduler.handleRequest(this.#clock.now(), this.#toRequest(id, key, peer, options))
      const dial = this.#dials.get(dialId) ?? this.#start(dialId, peer)
      const onAbort = (): void => {
        this.#scheduler.handleCancel(this.#clock.now(), id)
        caller.reject(signal?.reason)
        this.#drive()
      }
      const forget = (): void => {
        signal?.removeEventListener('abort', onAbort)
        this.#callers.delete(id)
        dial.callers.delete(caller)
      }
      const caller: Caller = {
        peer,
        options,
        resolve: connection => {
          forget()
          resolve(connection)
        },
        reject: error => {
          forget()
          reject(error)
        }
      }
      this.#callers.set(id, caller)
      dial.callers.add(caller)
      signal?.addEventListener('abort', onAbort, { once: true })

      if (addresses !== undefined) {
        this.#feed(dialId, dial, false, feed => {
          if (Symbol.asyncIterator in addresses) {
            void feed.follow(fromCaller(addresses))
          } else {
            feed.addAll(addresses, 'caller')
          }
        })
      }

      this.#drive()
    })
  }

  #toRequest (id: number, key: string, peer: PeerId | undefined, options: DialPeerOptions): DialRequest {
    return {
      id,
      key,
      peer: peer?.toString() ?? '',
      timeout: this.#init.dialPeerTimeout ?? DIAL_PEER_TIMEOUT,
      priority: options.priority ?? DEFAULT_DIAL_PRIORITY,
      forceDirect: options.forceDirect ?? false,
      allowLimited: options.allowLimited ?? true,
      ...(options.initiator === undefined ? {} : { initiator: options.initiator }),
      lookups: options.addresses === undefined ? 0 : 1,
      wantsLookup: peer !== undefined
    }
  }

  #start (id: number, peer: PeerId | undefined): RunningDial {
    const dial = new RunningDial(peer)
    this.#dials.set(id, dial)

    if (peer !== undefined) {
      this.#recall(id, peer)
    }

    return dial
  }

  /** What was learned of the peer's addresses. Does not hold up the dial. */
  #recall (id: number, peer: PeerId): void {
    const use = (outcomes: Awaited<ReturnType<AddressBook['load']>>): void => {
      const favorite = favoriteAddress(outcomes)

      if (favorite !== undefined) {
        this.#scheduler.handleFavorite(this.#clock.now(), id, favorite)
        this.#drive()
      }
    }
    const loaded = this.#addressBook.load(peer)

    if (loaded instanceof Promise) {
      loaded.then(use).catch(err => { this.#log.error('could not load what is known of %p - %e', peer, err) })
    } else {
      use(loaded)
    }
  }

  #feed (id: number, dial: RunningDial, isOwn: boolean, start: (feed: CandidateFeed) => void): void {
    const { canDial, ownAddresses, connectionGater } = this.#components
    start(new CandidateFeed({
      peer: dial.peer,
      resolvers: Object.values(this.#init.resolvers ?? {}),
      gater: connectionGater,
      log: this.#log,
      signal: dial.signal,
      canDial: address => canDial.call(this.#components, address),
      onFound: found => {
        const own = new Set(ownAddresses?.call(this.#components).map(address => toDialAddress(address, undefined)?.key ?? ''))
        this.#scheduler.handleCandidates(this.#clock.now(), id, found, own)
        this.#drive()
      },
      onEnd: error => {
        this.#scheduler.handleLookupEnd(this.#clock.now(), id, isOwn, error)
        this.#drive()
      }
    }))
  }

  /** Carries out what the scheduler wants, until it wants nothing more, and sets its timer. */
  #drive (): void {
    if (this.#isDriving) {
      return
    }

    this.#isDriving = true

    for (let output = this.#scheduler.pollOutput(); output !== undefined; output = this.#scheduler.pollOutput()) {
      this.#carryOut(output)
    }

    this.#isDriving = false
    this.#connector.forgetEstablished()
    this.#setTimer(this.#scheduler.pollTimeout())
  }

  #carryOut (output: DialOutput): void {
    switch (output.type) {
      case 'lookup':
        this.#lookUp(output.dial)
        break
      case 'connect': {
        const { attempt, dial, address, initiator } = output
        this.#connector.connect(attempt, address, this.#dials.get(dial), initiator)
        break
      }
      case 'abort':
        this.#connector.abort(output.attempt)
        break
      case 'connected':
        this.#callers.get(output.request)?.resolve(this.#connector.established(output.attempt))
        break
      case 'failed':
        this.#refuse(output.request, output.error)
        break
      case 'record':
        this.#trace(output.dial, peer => ({ type: 'record', dial: output.dial, peer, record: copyRecord(output.record) }))
        break
      default:
        this.#end(output)
    }
  }

  #lookUp (id: number): void {
    const dial = this.#dials.get(id)

    if (dial?.peer !== undefined) {
      const candidates = this.#components.candidates(dial.peer, { signal: dial.signal })
      this.#feed(id, dial, true, feed => { void feed.follow(candidates) })
    }
  }

  #refuse (request: number, error: DialError): void {
    const caller = this.#callers.get(request)
    const { peer, options } = caller ?? {}

    // one that came in meanwhile, or was dialed by somebody else
    const open = peer === undefined || options?.force === true ? undefined : this.#openConnection(peer, options ?? {})

    if (open !== undefined) {
      caller?.resolve(open)
    } else {
      caller?.reject(error)
    }
  }

  #end (output: Extract<DialOutput, { type: 'ended' }>): void {
    const { dial: id, trace, learned } = output
    const dial = this.#dials.get(id)
    this.#trace(id, peer => ({ type: 'ended', dial: id, peer, trace }))
    this.#metrics?.dialEnded(output)
    this.#dials.delete(id)
    dial?.end()

    if (dial?.peer !== undefined && learned.length > 0) {
      Promise.resolve(this.#addressBook.record(dial.peer, learned)).catch(err => {
        this.#log.error('could not keep what was learned of %p - %e', dial.peer, err)
      })
    }
  }

  #trace (id: number, toEvent: (peer: string) => DialTraceEvent): void {
    const dial = this.#dials.get(id)

    if (this.#init.onTrace !== undefined || dial?.wantsProgress === true) {
      const event = toEvent(dial?.peer?.toString() ?? '')
      this.#init.onTrace?.(event)
      dial?.progress({ type: `dialer:${event.type}`, detail: event })
    }
  }

  #setTimer (at: number | undefined): void {
    if (this.#timer?.at === at) {
      return
    }

    this.#timer?.handle.cancel()
    this.#timer = at === undefined
      ? undefined
      : {
          at,
          handle: this.#clock.setTimeout(() => {
            this.#timer = undefined
            this.#scheduler.handleTimeout(this.#clock.now())
            this.#drive()
          }, Math.max(0, at - this.#clock.now()))
        }
  }

  #openConnection (peer: PeerId, { allowLimited, forceDirect }: DialPeerOptions): Connection | undefined {
    const connection = this.#components.connection?.(peer)
    const isLimited = connection?.limits != null

    return (isLimited && allowLimited === false) || (forceDirect === true && connection?.direct === false) ? undefined : connection
  }

  #refusal (peer: PeerId): DialError {
    const now = Date.now()

    return new DialError({
      peer: peer.toString(),
      cause: new GaterDisallowedConnectionError('the connection gater refused this peer'),
      failures: [],
      overflow: 0,
      trace: { peer: peer.toString(), startedAt: now, ended: 0, outcome: 'failed', records: [] }
    })
  }
}

async function * fromCaller (addresses: AsyncIterable<Multiaddr>): AsyncGenerator<{ address: Multiaddr, source: 'caller' }> {
  for await (const address of addresses) {
    yield { address, source: 'caller' }
  }
}
