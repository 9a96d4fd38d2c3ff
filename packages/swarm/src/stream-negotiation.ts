import { LimitedConnectionError, StreamStateError, TooManyInboundProtocolStreamsError, TooManyOutboundProtocolStreamsError } from '@libp2p/interface'
import * as mss from '@libp2p/multistream-select'
import { withDeadline } from './deadline.ts'
import { UnhandledProtocolError } from './errors.ts'
import { DEFAULT_MAX_INBOUND_STREAMS, DEFAULT_MAX_OUTBOUND_STREAMS } from './protocol-table.ts'
import type { StreamProtocols } from './protocol-table.ts'
import type { StreamCounts } from './stream-counts.ts'
import type { Connection, MessageStreamDirection, Metrics, NewStreamOptions, Stream, StreamHandlerOptions, StreamMiddleware } from '@libp2p/interface'
import type { ResourceManager, ResourceReservation } from '@libp2p-ws/core'

export interface NegotiationContext {
  connection: Connection
  protocols: StreamProtocols
  counts: StreamCounts

  /** Told each protocol that the peer turns out to speak. */
  onProtocol(protocol: string): void
  metrics: Metrics | undefined
  resourceManager: ResourceManager | undefined

  /** Ms that multistream-select may take. */
  inboundTimeout: number
  outboundTimeout: number
}

/**
 * Settles which of `protocols` a new outbound stream speaks. The stream is
 * aborted when this rejects.
 *
 * @throws {UnsupportedProtocolError} when the peer speaks none of them
 * @throws {TooManyOutboundProtocolStreamsError} when the connection carries enough of the chosen one
 * @throws {TimeoutError} after `outboundTimeout`, unless the options bring a signal
 */
export async function negotiateOutbound (stream: Stream, protocols: string[], context: NegotiationContext, options: NewStreamOptions): Promise<Stream> {
  try {
    const reservation = reserve(stream, 'outbound', context)

    if (stream.protocol === '') {
      // a caller's signal replaces the default time, as in js-libp2p
      stream.protocol = options.signal != null
        ? await mss.select(stream, protocols, options)
        : await withDeadline(context.outboundTimeout, undefined, `negotiating ${protocols.join(', ')}`, async signal => mss.select(stream, protocols, { ...options, signal }))
    }

    reservation?.setProtocol(stream.protocol)
    const limit = handlerOptions(context.protocols, stream.protocol)?.maxOutboundStreams ?? options.maxOutboundStreams ?? DEFAULT_MAX_OUTBOUND_STREAMS
    const count = context.counts.track(stream, 'outbound')

    if (count > limit) {
      throw new TooManyOutboundProtocolStreamsError(`${count} outbound streams of ${stream.protocol} on one connection, the limit is ${limit}`)
    }

    context.onProtocol(stream.protocol)
    context.metrics?.trackProtocolStream(stream)

    return await runMiddleware(stream, context.connection, context.protocols.getMiddleware(stream.protocol))
  } catch (err) {
    stream.abort(toError(err))
    throw err
  }
}

/**
 * Settles what an inbound stream speaks and hands it to the handler. Never
 * rejects: whatever goes wrong, the stream is aborted with the reason.
 */
export async function acceptInbound (stream: Stream, context: NegotiationContext): Promise<void> {
  try {
    const reservation = reserve(stream, 'inbound', context)

    if (stream.protocol === '') {
      stream.protocol = await withDeadline(context.inboundTimeout, undefined, 'negotiating an inbound stream', async signal => mss.handle(stream, context.protocols.getProtocols(), { signal }))
    }

    reservation?.setProtocol(stream.protocol)
    const { handler, options } = context.protocols.getHandler(stream.protocol)
    const limit = options.maxInboundStreams ?? DEFAULT_MAX_INBOUND_STREAMS
    const count = context.counts.track(stream, 'inbound')

    if (count > limit) {
      throw new TooManyInboundProtocolStreamsError(`${count} inbound streams of ${stream.protocol} on one connection, the limit is ${limit}`)
    }

    if (context.connection.limits != null && options.runOnLimitedConnection !== true) {
      throw new LimitedConnectionError(`${stream.protocol} does not run on a limited connection`)
    }

    context.onProtocol(stream.protocol)
    context.metrics?.trackProtocolStream(stream)
    const wrapped = await runMiddleware(stream, context.connection, context.protocols.getMiddleware(stream.protocol))

    await handler(wrapped, context.connection)
  } catch (err) {
    stream.abort(toError(err))
  }
}

/** Held until the stream is closed. */
function reserve (stream: Stream, direction: MessageStreamDirection, { connection, resourceManager }: NegotiationContext): ResourceReservation | undefined {
  // a closed one has had its 'close' event: what is held would be held for ever
  if (stream.status !== 'open' && stream.status !== 'closing') {
    throw new StreamStateError(`the stream is ${stream.status}`)
  }

  const reservation = resourceManager?.openStream(direction, connection.remotePeer)
  stream.addEventListener('close', () => { reservation?.release() }, { once: true })

  return reservation
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
