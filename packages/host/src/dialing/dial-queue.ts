import { AbortError } from '@libp2p/interface'
import { DEFAULT_DIAL_PRIORITY } from '@libp2p-ws/dialer'
import { setMaxListeners } from 'main-event'
import { raceSignal } from 'race-signal'
import { DialQueueFullError } from '../errors.ts'
import { progress } from '../progress.ts'
import type { PeerAddresses } from '../dial-target.ts'
import type { Connection, PeerId, PendingDial } from '@libp2p/interface'
import type { OpenConnectionOptions } from '@libp2p/interface-internal'
import type { Multiaddr } from '@multiformats/multiaddr'

/** Dials that wait or are under way (js-libp2p's default). */
export const MAX_DIAL_QUEUE_LENGTH = 500

/** One for all, since every dial that is over aborts with it. */
const ABANDONED = new AbortError('nobody waits for the dial')

export interface DialQueueInit {
  /** Dials under way at one time. */
  maxParallelDials: number

  /** Dials that wait or are under way. Default 500. */
  maxDialQueueLength?: number | undefined
}

/** What the callers of one dial share. */
export interface DialJob {
  readonly id: string
  readonly peer: PeerId | undefined

  /** Of all callers; empty when none of them named any. */
  readonly addresses: Map<string, Multiaddr>

  /** Aborts when no caller waits any more, and when the node stops. */
  readonly signal: AbortSignal

  /** Tells every caller how the dial goes on. */
  tell(event: any): void
}

/** Dials for one caller of a job that has its turn. */
export type Dial = (job: DialJob, target: PeerAddresses, options: OpenConnectionOptions) => Promise<Connection>

interface QueuedJob extends DialJob {
  status: 'queued' | 'active'
  readonly callers: Set<OpenConnectionOptions>
  readonly priority: number
  readonly controller: AbortController
  readonly turn: PromiseWithResolvers<void>
}

/**
 * Says which dials have their turn: as many at one time as `maxParallelDials`,
 * those of higher priority first. Callers for the same peer, or for the same
 * address, share a job and its turn.
 */
export class DialQueue {
  readonly #dial: Dial
  readonly #maxParallel: number
  readonly #maxLength: number
  readonly #jobs = new Set<QueuedJob>()
  #nextId = 0

  constructor (init: DialQueueInit, dial: Dial) {
    this.#dial = dial
    this.#maxParallel = init.maxParallelDials
    this.#maxLength = init.maxDialQueueLength ?? MAX_DIAL_QUEUE_LENGTH
  }

  get size (): number {
    return this.#jobs.size
  }

  get running (): number {
    return [...this.#jobs].filter(({ status }) => status === 'active').length
  }

  /** The dial to `peer` that waits or is under way. */
  jobOf (peer: PeerId): DialJob | undefined {
    return [...this.#jobs].find(job => peer.equals(job.peer))
  }

  pending (): PendingDial[] {
    return [...this.#jobs].map(({ addresses, id, peer, status }) => ({
      id,
      status,
      multiaddrs: [...addresses.values()],
      ...(peer == null ? {} : { peerId: peer })
    }))
  }

  /**
   * @throws {DialQueueFullError} when `maxDialQueueLength` others are here
   * @throws {Error} what the dial rejects with, or `AbortError` when the node stops
   */
  async dial (target: PeerAddresses, caller: OpenConnectionOptions): Promise<Connection> {
    // callers are told apart by their options
    const options = { ...caller }
    const job = this.#join(target, options)

    try {
      options.signal?.throwIfAborted()

      // two races cost less than a signal made of two
      return await raceSignal(raceSignal(this.#dialInTurn(job, target, options), job.signal), options.signal)
    } finally {
      this.#leave(job, options)
    }
  }

  async #dialInTurn (job: QueuedJob, target: PeerAddresses, options: OpenConnectionOptions): Promise<Connection> {
    await job.turn.promise

    if (!job.callers.has(options)) {
      throw ABANDONED
    }

    options.onProgress?.(progress('dial-queue:start-dial'))

    return this.#dial(job, target, options)
  }

  /** Rejects every dial. */
  abort (): void {
    for (const job of this.#jobs) {
      job.controller.abort(new AbortError('the node was stopped'))
    }
  }

  #join ({ addresses, peer }: PeerAddresses, options: OpenConnectionOptions): QueuedJob {
    const known = [...this.#jobs].find(job => peer?.equals(job.peer) === true || addresses.some(address => job.addresses.has(address.toString())))

    if (known == null && this.#jobs.size >= this.#maxLength) {
      throw new DialQueueFullError(this.#maxLength)
    }

    const job = known ?? this.#add(peer, options.priority ?? DEFAULT_DIAL_PRIORITY)
    job.callers.add(options)
    addresses.forEach(address => job.addresses.set(address.toString(), address))
    options.onProgress?.(progress(known == null ? 'dial-queue:add-to-dial-queue' : 'dial-queue:already-in-dial-queue'))
    this.#startNext()

    return job
  }

  #add (peer: PeerId | undefined, priority: number): QueuedJob {
    const controller = new AbortController()
    setMaxListeners(Infinity, controller.signal)
    const job: QueuedJob = {
      id: `dial-${this.#nextId++}`,
      peer,
      addresses: new Map(),
      status: 'queued',
      callers: new Set(),
      priority,
      controller,
      signal: controller.signal,
      turn: Promise.withResolvers(),
      tell: event => { job.callers.forEach(({ onProgress }) => { onProgress?.(event) }) }
    }
    this.#jobs.add(job)

    return job
  }

  #leave (job: QueuedJob, caller: OpenConnectionOptions): void {
    job.callers.delete(caller)

    if (job.callers.size === 0) {
      this.#jobs.delete(job)
      job.controller.abort(ABANDONED)
      this.#startNext()
    }
  }

  #startNext (): void {
    while (this.running < this.#maxParallel) {
      // the first one of the highest priority
      const next = [...this.#jobs]
        .filter(({ status }) => status === 'queued')
        .reduce<QueuedJob | undefined>((best, job) => best == null || job.priority > best.priority ? job : best, undefined)

      if (next == null) {
        return
      }

      next.status = 'active'
      next.turn.resolve()
    }
  }
}
