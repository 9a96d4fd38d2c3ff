import { InvalidValueError } from '@libp2p-ws/core'
import { DuplicateProtocolHandlerError, UnhandledProtocolError } from './errors.ts'
import type { StreamHandler, StreamHandlerOptions, StreamHandlerRecord, StreamMiddleware } from '@libp2p/interface'

/** Inbound streams of one protocol on one connection, at the most (js-libp2p's default). */
export const DEFAULT_MAX_INBOUND_STREAMS = 32

/** Outbound streams of one protocol on one connection, at the most (js-libp2p's default). */
export const DEFAULT_MAX_OUTBOUND_STREAMS = 64

/** What a connection has to know of the protocols that are spoken; js-libp2p's registrar fits. */
export interface StreamProtocols {
  getProtocols(): string[]

  /** @throws {Error} `UnhandledProtocolError` */
  getHandler(protocol: string): StreamHandlerRecord

  /** As `getHandler`, without the price of an error where there is none. */
  findHandler?(protocol: string): StreamHandlerRecord | undefined
  getMiddleware(protocol: string): StreamMiddleware[]
}

/** The protocols that are spoken, with their handlers and middleware. */
export class ProtocolTable implements StreamProtocols {
  readonly #handlers = new Map<string, StreamHandlerRecord>()
  readonly #middleware = new Map<string, StreamMiddleware[]>()

  /** Sorted, so that two nodes with the same handlers say the same. */
  getProtocols (): string[] {
    return [...this.#handlers.keys()].sort()
  }

  getHandler (protocol: string): StreamHandlerRecord {
    const record = this.#handlers.get(protocol)

    if (record == null) {
      throw new UnhandledProtocolError(`no handler for protocol ${protocol}`)
    }

    return record
  }

  findHandler (protocol: string): StreamHandlerRecord | undefined {
    return this.#handlers.get(protocol)
  }

  /**
   * @throws {DuplicateProtocolHandlerError} when there is a handler and `force` is not set
   * @throws {InvalidValueError} when `protocol` is empty
   */
  handle (protocol: string, handler: StreamHandler, options: StreamHandlerOptions = {}): void {
    if (protocol === '') {
      throw new InvalidValueError('protocol', protocol, 'a protocol has at least one character')
    }

    if (this.#handlers.has(protocol) && options.force !== true) {
      throw new DuplicateProtocolHandlerError(`protocol ${protocol} has a handler already`)
    }

    this.#handlers.set(protocol, {
      handler,
      options: {
        maxInboundStreams: DEFAULT_MAX_INBOUND_STREAMS,
        maxOutboundStreams: DEFAULT_MAX_OUTBOUND_STREAMS,
        ...options
      }
    })
  }

  /** Streams that are open stay open. */
  unhandle (protocol: string): void {
    this.#handlers.delete(protocol)
  }

  use (protocol: string, middleware: StreamMiddleware[]): void {
    this.#middleware.set(protocol, middleware)
  }

  unuse (protocol: string): void {
    this.#middleware.delete(protocol)
  }

  /** What was given to `use`, then what came with the handler. */
  getMiddleware (protocol: string): StreamMiddleware[] {
    return [
      ...this.#middleware.get(protocol) ?? [],
      ...this.#handlers.get(protocol)?.options.middleware ?? []
    ]
  }
}
