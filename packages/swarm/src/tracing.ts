import { Upgrader } from './upgrader.ts'
import type { AnyUpgraderOptions } from './negotiation.ts'
import type { UpgraderComponents, UpgraderInit } from './upgrader.ts'
import type { Connection, MultiaddrConnection, PeerId } from '@libp2p/interface'
import type { Dialer, DialPeerOptions, DialTrace, DialTraceRecord, PeerBackoff } from '@libp2p-ws/core'
import type { Multiaddr } from '@multiformats/multiaddr'

type Attributes = Record<string, string | number | boolean>

/** What is used of OpenTelemetry's `Span`. */
export interface Span {
  setAttributes(attributes: Attributes): unknown
  addEvent(name: string, attributes: Attributes): unknown
  recordException(err: Error): void
  setStatus(status: { code: number, message: string }): unknown
  end(): void
}

/** What is used of OpenTelemetry's `Tracer`: that of `@opentelemetry/api` is one, and nothing of it is needed where none is set. */
export interface Tracer {
  startActiveSpan<T>(name: string, options: { attributes: Attributes }, run: (span: Span) => T): T
}

/** `SpanStatusCode.ERROR` of `@opentelemetry/api`. */
const STATUS_ERROR = 2

async function traced<T> (tracer: Tracer, name: string, attributes: Attributes, run: (span: Span) => Promise<T>): Promise<T> {
  return tracer.startActiveSpan(name, { attributes }, async span => {
    try {
      return await run(span)
    } catch (err) {
      const error = err instanceof Error ? err : new Error(String(err))
      span.recordException(error)
      span.setStatus({ code: STATUS_ERROR, message: error.message })
      throw err
    } finally {
      span.end()
    }
  })
}

function connectionAttributes ({ id, direction, remoteAddr, remotePeer, encryption, multiplexer }: Connection): Attributes {
  return {
    'libp2p.connection': id,
    'libp2p.direction': direction,
    'libp2p.peer': remotePeer.toString(),
    'libp2p.address': remoteAddr.toString(),
    'libp2p.security': encryption ?? 'none',
    'libp2p.muxer': multiplexer ?? 'none'
  }
}

/** An upgrader with a span `libp2p.upgrade` for each connection. */
export class TracedUpgrader extends Upgrader {
  readonly #tracer: Tracer

  constructor (components: UpgraderComponents, init: UpgraderInit, tracer: Tracer) {
    super(components, init)
    this.#tracer = tracer
  }

  override async upgradeInbound (maConn: MultiaddrConnection, options: AnyUpgraderOptions): Promise<void> {
    await traced(this.#tracer, 'libp2p.upgrade', { 'libp2p.direction': 'inbound', 'libp2p.address': maConn.remoteAddr.toString() }, async () => {
      await super.upgradeInbound(maConn, options)
    })
  }

  override async upgradeOutbound (maConn: MultiaddrConnection, options: AnyUpgraderOptions): Promise<Connection> {
    return traced(this.#tracer, 'libp2p.upgrade', { 'libp2p.direction': 'outbound', 'libp2p.address': maConn.remoteAddr.toString() }, async span => {
      const connection = await super.upgradeOutbound(maConn, options)
      span.setAttributes(connectionAttributes(connection))

      return connection
    })
  }
}

/**
 * A dialer with a span `libp2p.dial` for each call, and in it an event for each
 * address that was looked at: what became of it, and after how many ms.
 */
export class TracedDialer implements Dialer {
  readonly backoff?: PeerBackoff
  readonly #dialer: Dialer
  readonly #tracer: Tracer

  constructor (dialer: Dialer, tracer: Tracer) {
    this.#dialer = dialer
    this.#tracer = tracer

    if (dialer.backoff != null) {
      this.backoff = dialer.backoff
    }
  }

  async dialPeer (peer: PeerId, options: DialPeerOptions = {}): Promise<Connection> {
    return this.#trace({ 'libp2p.peer': peer.toString() }, options, async options => this.#dialer.dialPeer(peer, options))
  }

  async dialAddresses (addresses: readonly Multiaddr[], options: DialPeerOptions = {}): Promise<Connection> {
    return this.#trace({ 'libp2p.addresses': addresses.join(' ') }, options, async options => this.#dialer.dialAddresses(addresses, options))
  }

  pending (): DialTrace[] {
    return this.#dialer.pending()
  }

  resetNetworkState (): void {
    this.#dialer.resetNetworkState()
  }

  async close (): Promise<void> {
    await this.#dialer.close()
  }

  async #trace (attributes: Attributes, options: DialPeerOptions, dial: (options: DialPeerOptions) => Promise<Connection>): Promise<Connection> {
    return traced(this.#tracer, 'libp2p.dial', attributes, async span => {
      const records = new Map<string, DialTraceRecord>()

      try {
        const connection = await dial({
          ...options,
          onProgress: event => {
            event.type === 'dialer:record' && records.set(event.detail.record.address, event.detail.record)
            options.onProgress?.(event)
          }
        })
        span.setAttributes(connectionAttributes(connection))

        return connection
      } finally {
        records.forEach(record => { span.addEvent('libp2p.dial.address', recordAttributes(record)) })
      }
    })
  }
}

/** Times are ms since the dial began, which several calls may share. */
function recordAttributes ({ address, source, phase, delay, started, ended, skipped, error }: DialTraceRecord): Attributes {
  return {
    'libp2p.address': address,
    'libp2p.source': source,
    'libp2p.phase': phase,
    ...delay != null && { 'libp2p.delay_ms': delay },
    ...started != null && { 'libp2p.started_ms': started },
    ...ended != null && { 'libp2p.ended_ms': ended },
    ...skipped != null && { 'libp2p.skipped': skipped },
    ...error != null && { 'libp2p.error': error.code ?? error.name }
  }
}
