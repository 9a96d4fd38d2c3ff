import { connectionSymbol, StreamCloseEvent } from '@libp2p/interface'
import { InvalidValueError } from '@libp2p-ws/core'
import { TypedEventEmitter } from 'main-event'
import type { AbortOptions, Connection, ConnectionStatus, Logger, MessageStreamDirection, MessageStreamEvents, MultiaddrConnection, MultiaddrConnectionTimeline, PeerId, Stream, StreamMuxer } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

export interface TestConnectionInit {
  transportConnection: MultiaddrConnection
  remotePeer: PeerId

  /** Absent for a connection whose bytes a test reads itself. */
  muxer?: StreamMuxer
}

let connectionCount = 0

/** The least that js-libp2p calls a connection: no protocols, no limits, no metrics. */
export interface TestConnection extends Connection {
  /** What the transport made. */
  readonly transportConnection: MultiaddrConnection

  /** Opens a stream and negotiates nothing. */
  newStream(protocols?: string | string[], options?: AbortOptions): Promise<Stream>
}

export function createTestConnection (init: TestConnectionInit): TestConnection {
  return new MinimalConnection(init)
}

class MinimalConnection extends TypedEventEmitter<Omit<MessageStreamEvents, 'drain' | 'message' | 'end'>> implements TestConnection {
  readonly [connectionSymbol] = true
  readonly id: string = `test-${++connectionCount}`
  readonly direct = true
  readonly encryption = 'none'
  readonly remotePeer: PeerId
  readonly transportConnection: MultiaddrConnection
  readonly #muxer: StreamMuxer | undefined

  constructor (init: TestConnectionInit) {
    super()
    this.remotePeer = init.remotePeer
    this.transportConnection = init.transportConnection
    this.#muxer = init.muxer
    this.transportConnection.addEventListener('close', ({ local, error }) => {
      this.safeDispatchEvent('close', new StreamCloseEvent(local, error))
    })
  }

  get remoteAddr (): Multiaddr {
    return this.transportConnection.remoteAddr
  }

  get direction (): MessageStreamDirection {
    return this.transportConnection.direction
  }

  get timeline (): MultiaddrConnectionTimeline {
    return this.transportConnection.timeline
  }

  get log (): Logger {
    return this.transportConnection.log
  }

  get multiplexer (): string {
    return this.#muxer?.protocol ?? 'none'
  }

  get status (): ConnectionStatus {
    return this.transportConnection.status
  }

  get streams (): Stream[] {
    return this.#muxer?.streams ?? []
  }

  async newStream (protocols: string | string[] = [], options?: AbortOptions): Promise<Stream> {
    if (this.#muxer == null) {
      throw new InvalidValueError('protocols', protocols, 'this connection has no muxer to open a stream on')
    }

    return this.#muxer.createStream(options)
  }

  async close (options?: AbortOptions): Promise<void> {
    await this.#muxer?.close(options)
    await this.transportConnection.close(options)
  }

  abort (error: Error): void {
    this.#muxer?.abort(error)
    this.transportConnection.abort(error)
  }
}
