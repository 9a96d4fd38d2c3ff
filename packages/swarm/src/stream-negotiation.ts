import { LimitedConnectionError, TimeoutError, TooManyInboundProtocolStreamsError, TooManyOutboundProtocolStreamsError } from '@libp2p/interface'
import { handleOnStream, isNegotiable, selectLazily, selectOnStream } from '@libp2p-ws/multistream'
import { UnhandledProtocolError } from './errors.ts'
import { DEFAULT_MAX_INBOUND_STREAMS, DEFAULT_MAX_OUTBOUND_STREAMS } from './protocol-table.ts'
import { StreamHold } from './stream-hold.ts'
import type { Deadlines } from './deadline.ts'
import type { StreamProtocols } from './protocol-table.ts'
import type { ProtocolUse } from './protocol-use.ts'
import type { Connection, Metrics, NewStreamOptions, Stream, StreamHandlerOptions, StreamMiddleware } from '@libp2p/interface'
import type { NegotiableStream, ResourceManager, ResourceReservation } from '@libp2p-ws/core'

/** A connection, and what is known of the protocols on it. */
export interface StreamConnection extends Connection {
  protocolUse(protocol: string): ProtocolUse

  /** Whether the far end has taken a proposal of `protocol`. */
  isConfirmed(protocol: string): boolean
}

/** A stream that speaks nothing yet, and what it has reserved. */
export interface OutboundStream {
  stream: Stream
  reservation: ResourceReservation | undefined
}

export interface StreamNegotiatorInit {
  protocols: StreamProtocols
  metrics: Metrics | undefined
  resourceManager: ResourceManager | undefined

  /** For multistream-select on a stream of either end. */
  inboundDeadlines: Deadlines
  outboundDeadlines: Deadlines
}

/** Settles what streams speak, for all connections. Whatever goes wrong, the stream is aborted with the reason. */
export class StreamNegotiator {
  readonly #init: StreamNegotiatorInit

  constructor (init: StreamNegotiatorInit) {
    this.#init = init
  }

  /**
   * Gets a stream of `connection` from `createStream`, with what it takes of the
   * limits. Where one is met, it waits for room until the deadline, or until
   * `signal` aborts or the connection closes.
   *
   * @throws {ResourceLimitError} when there was no room in time; it names the limit
   */
  async create (connection: Connection, createStream: () => Promise<Stream>, signal: AbortSignal | undefined): Promise<OutboundStream> {
    const { outboundDeadlines, resourceManager } = this.#init

    const open = async (): Promise<OutboundStream> => {
      const reservation = resourceManager?.openStream('outbound', connection.remotePeer)

      try {
        return { stream: await createStream(), reservation }
      } catch (err) {
        reservation?.release()
        throw err
      }
    }

    if (resourceManager?.withinLimits == null) {
      return open()
    }

    return resourceManager.withinLimits(open, giveUp => {
      signal == null ? outboundDeadlines.add(giveUp) : signal.addEventListener('abort', giveUp)
      connection.addEventListener('close', giveUp)

      if (signal?.aborted === true || connection.status !== 'open') {
        giveUp()
      }

      return () => {
        outboundDeadlines.delete(giveUp)
        signal?.removeEventListener('abort', giveUp)
        connection.removeEventListener('close', giveUp)
      }
    })
  }

  /**
   * Settles which of `wanted` a new outbound stream speaks. What the far end has
   * taken before is asked for with the first data, so that the stream is there at
   * once; with `negotiateFully: false` so is a single protocol that nobody has
   * asked for yet. Where it then is refused, the stream is aborted.
   *
   * @throws {UnsupportedProtocolError} when the peer speaks none of them
   * @throws {TooManyOutboundProtocolStreamsError} when the connection carries enough of the chosen one
   * @throws {TimeoutError} after the deadline, unless the options bring a signal
   */
  async open ({ stream, reservation }: OutboundStream, wanted: string[], connection: StreamConnection, options: NewStreamOptions): Promise<Stream> {
    const { protocols, metrics } = this.#init

    try {
      const hold = new StreamHold(stream, 'outbound', reservation)

      if (stream.protocol === '') {
        stream.protocol = await this.#select(stream, wanted, connection, options)
      }

      const { protocol } = stream
      const limit = handlerOptions(protocols, protocol)?.maxOutboundStreams ?? options.maxOutboundStreams ?? DEFAULT_MAX_OUTBOUND_STREAMS
      const count = hold.settle(protocol, connection.protocolUse(protocol))

      if (count > limit) {
        throw new TooManyOutboundProtocolStreamsError(`${count} outbound streams of ${protocol} on one connection, the limit is ${limit}`)
      }

      metrics?.trackProtocolStream(stream)

      return await runMiddleware(stream, connection, protocols.getMiddleware(protocol))
    } catch (err) {
      stream.abort(toError(err))
      throw err
    }
  }

  /** Settles what an inbound stream speaks and hands it to the handler. Never rejects. */
  async accept (stream: Stream, connection: StreamConnection): Promise<void> {
    const { protocols, metrics, resourceManager } = this.#init

    try {
      const hold = new StreamHold(stream, 'inbound', resourceManager?.openStream('inbound', connection.remotePeer))

      if (stream.protocol === '') {
        stream.protocol = await this.#handle(stream)
      }

      const { protocol } = stream
      const { handler, options } = protocols.getHandler(protocol)
      const limit = options.maxInboundStreams ?? DEFAULT_MAX_INBOUND_STREAMS
      const count = hold.settle(protocol, connection.protocolUse(protocol))

      if (count > limit) {
        throw new TooManyInboundProtocolStreamsError(`${count} inbound streams of ${protocol} on one connection, the limit is ${limit}`)
      }

      if (connection.limits != null && options.runOnLimitedConnection !== true) {
        throw new LimitedConnectionError(`${protocol} does not run on a limited connection`)
      }

      metrics?.trackProtocolStream(stream)
      const wrapped = await runMiddleware(stream, connection, protocols.getMiddleware(protocol))

      await handler(wrapped, connection)
    } catch (err) {
      stream.abort(toError(err))
    }
  }

  async #select (stream: Stream, wanted: string[], connection: StreamConnection, options: NewStreamOptions): Promise<string> {
    const [first, ...others] = wanted

    if (first != null && isNegotiable(stream) && (connection.isConfirmed(first) || (options.negotiateFully === false && others.length === 0))) {
      this.#selectLazily(stream, first, connection)

      return first
    }

    const protocol = options.signal == null
      ? await withinDeadline(stream, this.#init.outboundDeadlines, selectOnStream(stream, wanted))
      : await untilAborted(stream, options.signal, selectOnStream(stream, wanted))
    connection.protocolUse(protocol).confirmed = true

    return protocol
  }

  #selectLazily (stream: NegotiableStream, protocol: string, connection: StreamConnection): void {
    const { outboundDeadlines } = this.#init
    const onExpired = (): void => { stream.abort(expired(outboundDeadlines)) }

    outboundDeadlines.add(onExpired)
    selectLazily(stream, protocol, error => {
      outboundDeadlines.delete(onExpired)
      connection.protocolUse(protocol).confirmed = error == null
    })
  }

  async #handle (stream: Stream): Promise<string> {
    const { inboundDeadlines, protocols } = this.#init

    return withinDeadline(stream, inboundDeadlines, handleOnStream(stream, protocol => handlerOptions(protocols, protocol) != null))
  }
}

/** The stream is aborted when time is over, and that ends the negotiation. */
async function withinDeadline (stream: Stream, deadlines: Deadlines, negotiation: Promise<string>): Promise<string> {
  const onExpired = (): void => { stream.abort(expired(deadlines)) }
  deadlines.add(onExpired)

  try {
    return await negotiation
  } finally {
    deadlines.delete(onExpired)
  }
}

/** A caller's signal replaces the default time, as in js-libp2p. */
async function untilAborted (stream: Stream, signal: AbortSignal, negotiation: Promise<string>): Promise<string> {
  const onAbort = (): void => { stream.abort(toError(signal.reason)) }
  signal.aborted ? onAbort() : signal.addEventListener('abort', onAbort, { once: true })

  try {
    return await negotiation
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

function expired ({ ms }: Deadlines): TimeoutError {
  return new TimeoutError(`negotiating the protocol of a stream took longer than ${ms} ms`)
}

async function runMiddleware (stream: Stream, connection: Connection, chain: StreamMiddleware[]): Promise<Stream> {
  const [middleware, ...rest] = chain

  if (middleware == null) {
    return stream
  }

  // next() may be called before or after the middleware returns; a middleware
  // that never calls it keeps the stream to itself
  const next = await new Promise<[Stream, Connection]>((resolve, reject) => {
    Promise.resolve(middleware(stream, connection, (...args) => { resolve(args) })).catch(reject)
  })

  return runMiddleware(...next, rest)
}

function handlerOptions (protocols: StreamProtocols, protocol: string): StreamHandlerOptions | undefined {
  if (protocols.findHandler != null) {
    return protocols.findHandler(protocol)?.options
  }

  try {
    return protocols.getHandler(protocol).options
  } catch (err) {
    // we may dial what we do not handle; any registrar's error of that name will do
    if (err instanceof UnhandledProtocolError || (err instanceof Error && err.name === 'UnhandledProtocolError')) {
      return undefined
    }

    throw err
  }
}

export function toError (err: unknown): Error {
  return err instanceof Error ? err : new Error(String(err))
}
