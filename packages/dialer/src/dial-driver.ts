import { memoryAddressBook } from './address-book.ts'
import { CandidateFeed } from './candidate-feed.ts'
import { Connector } from './connector.ts'
import { DialMetrics } from './dial-metrics.ts'
import { NO_LOG } from './no-log.ts'
import { OwnAddresses } from './own-addresses.ts'
import { PeerBackoff } from './peer-backoff.ts'
import { RunningDial } from './running-dial.ts'
import { favoriteAddress } from './sans-io/address-history.ts'
import { DialScheduler } from './sans-io/dial-scheduler.ts'
import { SchedulerTimer } from './scheduler-timer.ts'
import { systemClock } from './system-clock.ts'
import type { AddressBook } from './address-book.ts'
import type { DialerInit, DialTraceEvent } from './dialer-options.ts'
import type { Caller } from './running-dial.ts'
import type { DialRequest } from './sans-io/inputs.ts'
import type { DialOutput } from './sans-io/outputs.ts'
import type { Logger, PeerId } from '@libp2p/interface'
import type { Clock, DialerComponents, DialPeerOptions, DialTrace } from '@libp2p-ws/core'

/** Carries out what the scheduler decides, with one timer for all dials, and tells it what came of it. */
export class DialDriver {
  readonly backoff: PeerBackoff
  readonly #components: DialerComponents
  readonly #init: DialerInit
  readonly #clock: Clock
  readonly #log: Logger
  readonly #scheduler: DialScheduler
  readonly #connector: Connector
  readonly #addressBook: AddressBook
  readonly #ownAddresses: OwnAddresses
  readonly #metrics: DialMetrics | undefined
  readonly #dials = new Map<number, RunningDial>()
  readonly #callers = new Map<number, { caller: Caller, dial: RunningDial }>()
  readonly #timer: SchedulerTimer
  #isDriving = false

  constructor (components: DialerComponents, init: DialerInit) {
    this.#components = components
    this.#init = init
    this.#clock = init.clock ?? systemClock
    this.#timer = new SchedulerTimer(this.#clock, () => {
      this.#tell((scheduler, now) => { scheduler.handleTimeout(now) })
    })
    this.#log = components.logger?.forComponent('libp2p-ws:dialer') ?? NO_LOG
    this.#scheduler = new DialScheduler({ ...init, epoch: Date.now() - this.#clock.now() })
    this.backoff = new PeerBackoff(this.#scheduler.backoff, this.#clock)
    this.#connector = new Connector(components, (attempt, update) => {
      this.#tell((scheduler, now) => { scheduler.handleDialUpdate(now, attempt, update) })
    })
    this.#addressBook = init.addressBook ?? memoryAddressBook()
    this.#ownAddresses = new OwnAddresses(() => components.ownAddresses?.() ?? [], this.#clock, this.#log)
    this.#metrics = components.metrics === undefined ? undefined : new DialMetrics(components.metrics, this.#scheduler.blackHoles)
  }

  pending (): DialTrace[] {
    return this.#scheduler.pending()
  }

  resetNetworkState (): void {
    this.#tell((scheduler, now) => { scheduler.resetNetworkState(now) })
  }

  /** `caller` is resolved or rejected once, unless `cancel` comes first. Its own addresses are the first candidates. */
  request (request: DialRequest, caller: Caller): void {
    const id = this.#scheduler.handleRequest(this.#timer.now(), request)
    const dial = this.#dials.get(id) ?? this.#start(id, caller.peer)
    this.#callers.set(request.id, { caller, dial })
    dial.callers.add(caller)
    this.#offer(id, dial, caller.options.addresses)
    this.#drive()
  }

  /** Nothing more is heard of the request. */
  cancel (request: number): void {
    this.#forget(request)
    this.#tell((scheduler, now) => { scheduler.handleCancel(now, request) })
  }

  /** Resolves when no socket and no timer is left. */
  async close (): Promise<void> {
    for (const request of this.#callers.keys()) {
      this.cancel(request)
    }

    await this.#connector.settled(this.#clock)
  }

  #forget (request: number): Caller | undefined {
    const { caller, dial } = this.#callers.get(request) ?? {}
    this.#callers.delete(request)

    if (caller !== undefined) {
      dial?.callers.delete(caller)
    }

    return caller
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
        this.#tell((scheduler, now) => { scheduler.handleFavorite(now, id, favorite) })
      }
    }
    const loaded = this.#addressBook.load(peer)

    if (loaded instanceof Promise) {
      loaded.then(use).catch(err => { this.#log.error('could not load what is known of %p - %e', peer, err) })
    } else {
      use(loaded)
    }
  }

  #offer (id: number, dial: RunningDial, addresses: DialPeerOptions['addresses']): void {
    if (addresses === undefined) {
      return
    }

    const feed = this.#feed(id, dial, false)

    if (Symbol.asyncIterator in addresses) {
      void feed.follow(async function * () {
        for await (const address of addresses) {
          yield { address, source: 'caller' }
        }
      })
    } else {
      feed.addAll(addresses, 'caller')
    }
  }

  #lookUp (id: number): void {
    const dial = this.#dials.get(id)

    if (dial?.peer !== undefined) {
      const { peer, signal } = dial
      dial.lookup = this.#feed(id, dial, true)
      void dial.lookup.follow(needed => this.#components.candidates(peer, { signal, needed, priority: () => dial.priority }))
    }
  }

  #feed (id: number, dial: RunningDial, isOwn: boolean): CandidateFeed {
    const components = this.#components

    return new CandidateFeed({
      peer: dial.peer,
      resolvers: Object.values(this.#init.resolvers ?? {}),
      gater: components.connectionGater,
      log: this.#log,
      clock: this.#clock,
      signal: dial.signal,
      canDial: address => components.canDial(address),
      onFound: found => {
        const own = this.#ownAddresses.keys()
        this.#tell((scheduler, now) => { scheduler.handleCandidates(now, id, found, own) })
      },
      onWait: isOver => {
        this.#tell((scheduler, now) => { scheduler.handleLookupWait(now, id, isOver) })
      },
      onEnd: error => {
        this.#tell((scheduler, now) => { scheduler.handleLookupEnd(now, id, isOwn, error) })
      }
    })
  }

  #tell (input: (scheduler: DialScheduler, now: number) => void): void {
    input(this.#scheduler, this.#timer.now())
    this.#drive()
  }

  /** Carries out what the scheduler wants, until it wants nothing more, and sets its timer. */
  #drive (): void {
    // a transport may report progress while it is being called
    if (this.#isDriving) {
      return
    }

    this.#isDriving = true

    try {
      for (let output = this.#scheduler.pollOutput(); output !== undefined; output = this.#scheduler.pollOutput()) {
        this.#carryOut(output)
      }
    } finally {
      this.#isDriving = false
      this.#connector.forgetEstablished()
      this.#timer.set(this.#scheduler.pollTimeout())
    }
  }

  #carryOut (output: DialOutput): void {
    switch (output.type) {
      case 'lookup':
        this.#lookUp(output.dial)
        break
      case 'needed':
        this.#dials.get(output.dial)?.lookup?.goOn()
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
        this.#forget(output.request)?.resolve(this.#connector.established(output.attempt))
        break
      case 'failed':
        this.#forget(output.request)?.reject(output.error)
        break
      case 'record':
        this.#trace(output.dial, peer => ({ ...output, peer }))
        break
      default:
        this.#end(output)
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
      const { peer } = dial
      Promise.resolve(this.#addressBook.record(peer, learned)).catch(err => {
        this.#log.error('could not keep what was learned of %p - %e', peer, err)
      })
    }
  }

  #trace (id: number, toEvent: (peer: string) => DialTraceEvent): void {
    const dial = this.#dials.get(id)

    if (this.#init.onTrace === undefined && dial?.wantsProgress !== true) {
      return
    }

    const event = toEvent(dial?.peer?.toString() ?? '')

    try {
      this.#init.onTrace?.(event)
      dial?.progress({ type: `dialer:${event.type}`, detail: event })
    } catch (err) {
      // whoever watches a dial cannot break it
      this.#log.error('a listener failed - %e', err)
    }
  }
}
