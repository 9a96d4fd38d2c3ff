import { BACKOFF_BASE, BACKOFF_COEF, BACKOFF_MAX } from './constants.ts'
import type { FailureKind } from './failure-kind.ts'

export interface DialBackoffInit {
  /** Wait after the first failure, ms. Default 5,000. */
  base?: number

  /** Times the square of the earlier failures, ms. Default 1,000. */
  coef?: number

  /** Longest wait, ms. Default 300,000. */
  max?: number
}

interface Entry {
  failures: number
  until: number
  kind: FailureKind
}

/**
 * Which addresses of which peers are not dialed for now, because they failed. The
 * wait is quadratic: base + coef · (earlier failures)², at most max. Seed 003:
 * DialBackoff.
 */
export class DialBackoff {
  readonly #base: number
  readonly #coef: number
  readonly #max: number
  readonly #peers = new Map<string, Map<string, Entry>>()
  #size = 0
  #prunedAt = -Infinity

  constructor (init: DialBackoffInit = {}) {
    this.#base = init.base ?? BACKOFF_BASE
    this.#coef = init.coef ?? BACKOFF_COEF
    this.#max = init.max ?? BACKOFF_MAX
  }

  /** Addresses remembered. */
  get size (): number {
    return this.#size
  }

  /** When `address` may be dialed again; absent when it may now. */
  until (peer: string, address: string, now: number): number | undefined {
    const until = this.#peers.get(peer)?.get(address)?.until

    return until !== undefined && now < until ? until : undefined
  }

  /** `address` failed. */
  add (peer: string, address: string, now: number, kind: FailureKind = 'remote'): void {
    this.#pruneSometimes(now)
    let entries = this.#peers.get(peer)

    if (entries === undefined) {
      entries = new Map()
      this.#peers.set(peer, entries)
    }

    const failures = entries.get(address)?.failures ?? 0

    if (failures === 0) {
      this.#size++
    }

    entries.set(address, { failures: failures + 1, until: now + this.#wait(failures), kind })
  }

  /** A dial to `peer` succeeded. */
  clear (peer: string): void {
    this.#size -= this.#peers.get(peer)?.size ?? 0
    this.#peers.delete(peer)
  }

  /** The network is another one: forgets every failure that did not come from the remote end. */
  resetNetworkState (): void {
    this.#deleteWhere(entry => entry.kind !== 'remote')
  }

  /** Forgets entries that have been over for as long as they lasted. */
  prune (now: number): void {
    this.#prunedAt = now
    this.#deleteWhere(entry => now >= entry.until + this.#wait(entry.failures))
  }

  // memory stays bounded by the failures of two longest waits, without a timer
  #pruneSometimes (now: number): void {
    if (now - this.#prunedAt >= this.#max) {
      this.prune(now)
    }
  }

  #wait (failures: number): number {
    return Math.min(this.#base + this.#coef * failures * failures, this.#max)
  }

  #deleteWhere (isOver: (entry: Entry) => boolean): void {
    for (const [peer, entries] of this.#peers) {
      for (const [address, entry] of entries) {
        if (isOver(entry)) {
          entries.delete(address)
          this.#size--
        }
      }

      if (entries.size === 0) {
        this.#peers.delete(peer)
      }
    }
  }
}
