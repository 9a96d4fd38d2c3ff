import { DEFAULT_MAX_PENDING, DEFAULT_MAX_PENDING_PER_ADDRESS } from '../options.ts'
import { AddressCounter } from './address-counter.ts'
import type { WebSocketsInit } from '../options.ts'

/** Lets connections in within the limits of the options. */
export class Admission {
  readonly pending: AddressCounter
  readonly open: AddressCounter

  constructor (options: WebSocketsInit) {
    this.pending = new AddressCounter(
      options.maxPendingConnections ?? DEFAULT_MAX_PENDING,
      options.maxPendingConnectionsPerAddress ?? DEFAULT_MAX_PENDING_PER_ADDRESS
    )
    this.open = new AddressCounter(options.maxConnections ?? Infinity, options.maxConnectionsPerAddress ?? Infinity)
  }

  /**
   * A socket that is no libp2p connection yet.
   *
   * @param address - whose it is; undefined for a trusted proxy, which brings the connections of many
   * @returns undefined when it is one too many
   */
  admit (address: string | undefined): Ticket | undefined {
    const release = this.pending.tryAdd(address)

    return release === undefined ? undefined : new Ticket(this, address, release)
  }
}

// admit ──> pending ──upgrade──> pending and open ──settle──> open ──close──> nothing
//              └──settle──> nothing ──upgrade──> …  (HTTP requests, with or without an upgrade after them)

/** What one socket counts as. */
export class Ticket {
  readonly #admission: Admission
  #address: string | undefined
  #leavePending: (() => void) | undefined
  #leaveOpen: (() => void) | undefined

  constructor (admission: Admission, address: string | undefined, leavePending: () => void) {
    this.#admission = admission
    this.#address = address
    this.#leavePending = leavePending
  }

  /**
   * A proxy has said whose it is.
   *
   * @returns false when it is one too many
   */
  claim (address: string): boolean {
    if (this.#leavePending === undefined || address !== this.#address) {
      // its own place is free for it
      this.#leavePending?.()
      this.#leavePending = this.#admission.pending.tryAdd(address)
      this.#address = address
    }

    return this.#leavePending !== undefined
  }

  /**
   * It is a WebSocket now.
   *
   * @param address - whose it is, now that headers were read
   * @returns false when it is one too many
   */
  upgrade (address: string): boolean {
    if (!this.claim(address)) {
      return false
    }

    this.#leaveOpen = this.#admission.open.tryAdd(address)

    return this.#leaveOpen !== undefined
  }

  /** It is a libp2p connection now, or sends plain requests. */
  settle (): void {
    this.#leavePending?.()
    this.#leavePending = undefined
  }

  close (): void {
    this.settle()
    this.#leaveOpen?.()
  }
}
