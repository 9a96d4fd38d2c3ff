import { AbortError } from '@libp2p/interface'
import { UnexpectedPeerError } from './sans-io/dial-errors.ts'
import type { RunningDial } from './running-dial.ts'
import type { DialUpdate } from './sans-io/inputs.ts'
import type { Connection } from '@libp2p/interface'
import type { Clock, DialerComponents } from '@libp2p-ws/core'
import type { Multiaddr } from '@multiformats/multiaddr'

const LONGEST_ABORT = 1_000

/** One for all: to make an error takes longer than to close the socket. */
const UNWANTED = new AbortError('another address won or has the slot now, or nobody wants the peer any more')

/** The attempts in flight: starts them, aborts them, and closes what nobody wants. */
export class Connector {
  readonly #components: DialerComponents
  readonly #onUpdate: (attempt: number, update: DialUpdate) => void
  readonly #attempts = new Map<number, AbortController>()
  readonly #established = new Map<number, Connection>()
  readonly #running = new Set<Promise<void>>()

  constructor (components: DialerComponents, onUpdate: (attempt: number, update: DialUpdate) => void) {
    this.#components = components
    this.#onUpdate = onUpdate
  }

  connect (attempt: number, address: Multiaddr, dial: RunningDial | undefined, initiator: boolean | undefined): void {
    const controller = new AbortController()
    this.#attempts.set(attempt, controller)
    const run = this.#run(attempt, address, dial, initiator, controller.signal).finally(() => { this.#running.delete(run) })
    this.#running.add(run)
  }

  abort (attempt: number): void {
    const controller = this.#attempts.get(attempt)
    this.#attempts.delete(attempt)
    controller?.abort(UNWANTED)
  }

  /** The connection of an attempt that has just succeeded. */
  established (attempt: number): Connection {
    return this.#established.get(attempt) as Connection
  }

  /** Everybody who wanted a connection that was made has it. */
  forgetEstablished (): void {
    // clearing an empty Map costs something too, and this is called at every turn
    if (this.#established.size > 0) {
      this.#established.clear()
    }
  }

  /** Resolves when no attempt is left; or after a second, where a transport does not heed its signal. */
  async settled (clock: Clock): Promise<void> {
    if (this.#running.size === 0) {
      return
    }

    await new Promise<void>(resolve => {
      const timer = clock.setTimeout(resolve, LONGEST_ABORT)
      void Promise.all(this.#running).then(() => {
        timer.cancel()
        resolve()
      })
    })
  }

  async #run (attempt: number, address: Multiaddr, dial: RunningDial | undefined, initiator: boolean | undefined, signal: AbortSignal): Promise<void> {
    const peer = dial?.peer

    try {
      const connection = await this.#components.connect(address, {
        signal,
        ...(peer === undefined ? {} : { peer }),
        ...(initiator === undefined ? {} : { initiator }),
        onProgress: event => { dial?.progress(event) },
        onPhase: phase => {
          if (this.#attempts.has(attempt)) {
            this.#onUpdate(attempt, { type: phase })
          }
        }
      })

      if (!this.#attempts.has(attempt)) {
        connection.abort(UNWANTED)
        return
      }

      if (peer !== undefined && !connection.remotePeer.equals(peer)) {
        const error = new UnexpectedPeerError(`${connection.remotePeer} answered at ${address}`)
        connection.abort(error)
        throw error
      }

      this.#attempts.delete(attempt)
      this.#established.set(attempt, connection)
      this.#onUpdate(attempt, { type: 'succeeded', limited: connection.limits != null, direct: connection.direct })
    } catch (err) {
      if (this.#attempts.delete(attempt)) {
        this.#onUpdate(attempt, { type: 'failed', error: err instanceof Error ? err : new Error(String(err)) })
      }
    }
  }
}
