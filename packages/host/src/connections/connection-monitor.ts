import { serviceCapabilities } from '@libp2p/interface'
import { byteStream } from '@libp2p/utils'
import { clearableDeadline } from '@libp2p-ws/swarm'
import { setMaxListeners } from 'main-event'
import { PingTimeout } from './ping-timeout.ts'
import type { PingTimeoutInit } from './ping-timeout.ts'
import type { ComponentLogger, Connection, Logger, Metrics, Startable, Stream } from '@libp2p/interface'
import type { ConnectionManager } from '@libp2p/interface-internal'

/** Ms between two pings of a connection (js-libp2p's default). */
export const PING_INTERVAL = 10_000

/** Bytes of a ping (libp2p spec, ping 1.0.0). */
const PING_LENGTH = 32

/** `connectionMonitor` of `Libp2pInit`. */
export interface ConnectionMonitorInit {
  /** Default true. */
  enabled?: boolean

  /** Ms between two pings of each connection. Default 10,000. */
  pingInterval?: number

  /** How the time for an answer follows the network. */
  pingTimeout?: PingTimeoutInit

  /** Abort a connection whose ping gets no answer. Default true. */
  abortConnectionOnPingFailure?: boolean

  /** First part of the protocol name `/<prefix>/ping/1.0.0`. Default `ipfs`. */
  protocolPrefix?: string
}

export interface ConnectionMonitorComponents {
  connectionManager: ConnectionManager
  logger: ComponentLogger
  metrics?: Metrics
}

/** Pings every connection, which sets its `rtt` and finds those that are dead. */
export class ConnectionMonitor implements Startable {
  readonly #components: ConnectionMonitorComponents
  readonly #protocol: string
  readonly #interval: number
  readonly #abortOnFailure: boolean
  readonly #timeout: PingTimeout
  readonly #log: Logger
  #timer: ReturnType<typeof setInterval> | undefined
  #stopping: AbortController | undefined

  constructor (components: ConnectionMonitorComponents, init: ConnectionMonitorInit = {}) {
    this.#components = components
    this.#protocol = `/${init.protocolPrefix ?? 'ipfs'}/ping/1.0.0`
    this.#interval = init.pingInterval ?? PING_INTERVAL
    this.#abortOnFailure = init.abortConnectionOnPingFailure ?? true
    this.#timeout = new PingTimeout(init.pingTimeout ?? {}, components.metrics)
    this.#log = components.logger.forComponent('libp2p:connection-monitor')
  }

  get [Symbol.toStringTag] (): string {
    return '@libp2p/connection-monitor'
  }

  start (): void {
    const stopping = this.#stopping = new AbortController()
    setMaxListeners(Infinity, stopping.signal)
    this.#timer = setInterval(() => {
      for (const connection of this.#components.connectionManager.getConnections()) {
        void this.#check(connection, stopping.signal)
      }
    }, this.#interval)
  }

  stop (): void {
    clearInterval(this.#timer)
    this.#stopping?.abort()
  }

  async #check (connection: Connection, stopping: AbortSignal): Promise<void> {
    try {
      connection.rtt = await this.#ping(connection, stopping)
    } catch (err) {
      if (stopping.aborted) {
        return
      }

      this.#log.error('ping of %p failed - %e', connection.remotePeer, err)

      if (this.#abortOnFailure) {
        connection.abort(err instanceof Error ? err : new Error(String(err)))
      }
    }
  }

  /** Ms from asking to the answer. */
  async #ping (connection: Connection, stopping: AbortSignal): Promise<number> {
    const signal = clearableDeadline(this.#timeout.current, stopping, 'the answer to a ping')
    const opened = Date.now()
    let stream: Stream | undefined

    try {
      stream = await connection.newStream(this.#protocol, { signal, runOnLimitedConnection: true })
      const bytes = byteStream(stream)
      const sent = Date.now()

      await Promise.all([
        bytes.write(crypto.getRandomValues(new Uint8Array(PING_LENGTH)), { signal }),
        bytes.read({ bytes: PING_LENGTH, signal })
      ])
      const rtt = Date.now() - sent
      await stream.close({ signal })

      return rtt
    } catch (err) {
      stream?.abort(err instanceof Error ? err : new Error(String(err)))

      // the peer does not know ping, but it answered: twice, to multistream-select and to the protocol's name
      if (err instanceof Error && err.name === 'UnsupportedProtocolError') {
        return (Date.now() - opened) / 2
      }

      throw err
    } finally {
      signal.clear()
      this.#timeout.record(Date.now() - opened, !signal.aborted)
    }
  }
}

// on the prototype, since a computed key of an import has no place in an isolated declaration
Object.defineProperty(ConnectionMonitor.prototype, serviceCapabilities, { value: ['@libp2p/connection-monitor'] })
