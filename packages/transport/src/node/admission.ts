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

/** What one socket counts as. */
export class Ticket {
  readonly #admission: Admission
  #address: string | undefined
  #leavePending: () => void
  #leaveOpen: (() => void) | undefined

  constructor (admission: Admission, address: string | undefined, leavePending: () => void) {
    this.#admission = admission
    this.#address = address
    this.#leavePending = leavePending
  }

  /**
   * It is a WebSocket now.
   *
   * @param address - whose it is, now that headers were read
   * @returns false when it is one too many
   */
  upgrade (address: string): boolean {
    if (address !== this.#address) {
      const leavePending = this.#admission.pending.tryAdd(address)

      if (leavePending === undefined) {
        return false
      }

      this.#leavePending()
      this.#leavePending = leavePending
      this.#address = address
    }

    this.#leaveOpen = this.#admission.open.tryAdd(address)

    return this.#leaveOpen !== undefined
  }

  /** It is a libp2p connection now. */
  settle (): void {
    this.#leavePending()
  }

  close (): void {
    this.#leavePending()
    this.#leaveOpen?.()
  }
}
