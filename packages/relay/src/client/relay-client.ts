import { formatPeerAddress } from '../sans-io/peer-address.ts'
import { RelayError } from './errors.ts'
import { peerText, readPeerName } from './peer-text.ts'
import { RelaySocket } from './relay-socket.ts'
import { RelayStream } from './relay-stream.ts'
import type { PeerName } from './peer-text.ts'
import type { ConnectMessage, ServerMessage, StreamId } from '../sans-io/messages.ts'

export interface RelayClientOptions {
  /** The `key` of an earlier client, to be the same peer again. Default: a new peer */
  key?: string
}

export interface StreamOptions {
  /** Keeps message boundaries; both ends must say the same. Default: false, bytes as they are */
  frames?: boolean
}

export interface ConnectOptions extends StreamOptions {
  /** Multiaddr or peer id of a circuit relay to reach the peer through. Default: none */
  relay?: string
}

/** Called with each stream that a peer opens. */
export type RelayStreamHandler = (stream: RelayStream) => void

export interface RelayListener {
  readonly protocol: string

  /** `retain` keeps the streams that came to it; default: false. */
  close(options?: { retain?: boolean }): Promise<void>
}

/** Something that waits for the relay's answer. */
interface Waiting {
  /** True when the message was the answer. */
  take(message: ServerMessage): boolean
  reject(error: RelayError): void
}

interface Listening {
  handler: RelayStreamHandler
  frames: boolean
}

interface Dial {
  peerId: string
  protocol: string
  frames: boolean
  settled: Promise<unknown>
}

/** A page's place on the libp2p network: a peer that a relay runs for it. */
export class RelayClient {
  /** Of this page's peer, in base58. */
  peerId = ''

  /** Multiaddrs of this page's peer, without /p2p. */
  addresses: string[] = []

  /** The private key of this page's peer, a secret: give it to `connect` to be the same peer again. */
  key = ''

  /** Whether one of `addresses` is a public one. */
  isPublic = false

  /** Settles when the connection to the relay is gone, with why. */
  readonly closed: Promise<RelayError>

  /** Called when the relay says that something was wrong, such as a limit that was met. */
  onerror: (error: RelayError) => void = () => {}

  readonly #socket: RelaySocket
  readonly #streams = new Map<StreamId, RelayStream>()
  readonly #listening = new Map<string, Listening>()
  readonly #dials = new Set<Dial>()
  readonly #waiting = new Set<Waiting>()
  #settleClosed: (error: RelayError) => void = () => {}
  #closedError: RelayError | undefined

  /** What the relay last complained about: why a Listen was refused. */
  #complaint = ''

  private constructor (url: string | URL, key: string) {
    this.closed = new Promise(resolve => { this.#settleClosed = resolve })
    this.#socket = new RelaySocket(url, {
      onMessage: message => { this.#handle(message, key) },
      onClose: error => { this.#handleClose(error) }
    })
  }

  /**
   * @param url - of the relay's WebSocket, such as `ws://127.0.0.1:8888/libp2p`
   * @throws {RelayError} `ERR_CLOSED` when there is no relay, or it turns this page away: then with its reason
   */
  static async connect (url: string | URL, { key = '' }: RelayClientOptions = {}): Promise<RelayClient> {
    const client = new RelayClient(url, key)

    await client.#answer(message => {
      if (message.type !== 'identify') {
        return undefined
      }

      client.peerId = message.peerId
      client.addresses = message.addresses
      client.key = message.key
      client.isPublic = message.public

      return client
    })

    return client
  }

  /** This page's peer as others can give it to `connect`: /addrs/ and its id and addresses. */
  get connectString (): string {
    return formatPeerAddress(this)
  }

  /**
   * Takes streams of `protocol`. Listening again replaces the handler.
   *
   * @throws {RelayError} `ERR_LISTEN_REFUSED`, `ERR_CLOSED`
   */
  async listen (protocol: string, handler: RelayStreamHandler, { frames = false }: StreamOptions = {}): Promise<RelayListener> {
    const named = requireProtocol(protocol)
    this.#listening.set(protocol, { handler, frames })
    this.#socket.send({ type: 'listen', frames, protocol: named })

    await this.#answer(message => {
      if (message.type === 'listen-refused' && message.protocol === protocol) {
        this.#listening.delete(protocol)
        throw new RelayError('ERR_LISTEN_REFUSED', this.#complaint)
      }

      return message.type === 'listening' && message.protocol === protocol ? message : undefined
    })

    return { protocol, close: async ({ retain = false } = {}) => this.#stop(protocol, retain) }
  }

  /**
   * Opens a stream to a peer.
   *
   * @throws {SyntaxError} when `peer` is none
   * @throws {RelayError} `ERR_CONNECT_REFUSED` with the relay's reason, `ERR_CLOSED`
   */
  async connect (peer: PeerName, protocol: string, { frames = false, relay = '' }: ConnectOptions = {}): Promise<RelayStream> {
    const address = readPeerName(peer)
    const { peerId } = address
    const message: ConnectMessage = { type: 'connect', frames, connectOnly: false, relay, protocol: requireProtocol(protocol), peer: peerText(address) }
    const isOther = (dial: Dial): boolean => dial.peerId === peerId && dial.protocol === protocol && dial.frames !== frames

    // An answer names peer and protocol, not which of two Connects it is for.
    for (let other = [...this.#dials].find(isOther); other !== undefined; other = [...this.#dials].find(isOther)) {
      await other.settled
    }

    const stream = this.#dial(message, peerId)
    const dial = { peerId, protocol, frames, settled: stream.catch(() => {}) }
    this.#dials.add(dial)

    return stream.finally(() => { this.#dials.delete(dial) })
  }

  /** Ends this page's peer, its listeners and streams. */
  async close (): Promise<void> {
    this.#socket.close()
    await this.closed
  }

  async #dial (sent: ConnectMessage, peerId: string): Promise<RelayStream> {
    this.#socket.send(sent)

    return this.#answer(message => {
      if (message.type === 'peer-connection' && message.peerId === peerId && message.protocol === sent.protocol) {
        return this.#addStream(message.id, peerId, sent.protocol, sent.frames)
      }

      if (message.type === 'peer-connection-refused' && (message.peer === peerId || message.peer === sent.peer) && message.protocol === sent.protocol) {
        throw new RelayError('ERR_CONNECT_REFUSED', message.error.trim())
      }

      return undefined
    })
  }

  async #stop (protocol: string, retain: boolean): Promise<void> {
    if (this.#listening.delete(protocol)) {
      this.#socket.send({ type: 'stop', retain, protocol })
      await this.#answer(message => message.type === 'listener-closed' && message.protocol === protocol ? message : undefined)
    }
  }

  /** The first message that `read` makes something of; it rejects with what `read` throws. */
  async #answer<T> (read: (message: ServerMessage) => T | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#closedError !== undefined) {
        reject(this.#closedError)
        return
      }

      const take = (message: ServerMessage): boolean => {
        try {
          const result = read(message)

          if (result === undefined) {
            return false
          }

          resolve(result)
        } catch (err) {
          reject(err)
        }

        return this.#waiting.delete(waiting)
      }
      const waiting: Waiting = { take, reject }

      this.#waiting.add(waiting)
    })
  }

  #handle (message: ServerMessage, key: string): void {
    switch (message.type) {
      case 'data': this.#streams.get(message.id)?.handleData(message.data); break
      case 'connection-closed': this.#closeStream(message.id, message.reason); break
      case 'listener-connection': this.#accept(message.id, message.peerId, message.protocol); break
      case 'protocol-error':
        this.#complaint = message.message
        this.onerror(new RelayError('ERR_PROTOCOL', message.message))
        break
      case 'hello':
        if (!message.started) {
          this.#socket.send({ type: 'start', key })
        }
        break
      default: [...this.#waiting].some(({ take }) => take(message))
    }
  }

  #accept (id: StreamId, peerId: string, protocol: string): void {
    const listening = this.#listening.get(protocol)

    if (listening === undefined) {
      this.#socket.send({ type: 'close', id })
    } else {
      listening.handler(this.#addStream(id, peerId, protocol, listening.frames))
    }
  }

  #addStream (id: StreamId, peerId: string, protocol: string, frames: boolean): RelayStream {
    const stream = new RelayStream(this.#socket, id, peerId, protocol, frames)
    this.#streams.set(id, stream)

    return stream
  }

  #closeStream (id: StreamId, reason: string): void {
    this.#streams.get(id)?.handleClosed(reason)
    this.#streams.delete(id)
  }

  #handleClose (error: RelayError): void {
    this.#closedError ??= error
    this.#settleClosed(error)

    for (const { reject } of this.#waiting) {
      reject(error)
    }

    for (const id of [...this.#streams.keys()]) {
      this.#closeStream(id, error.message)
    }
  }
}

function requireProtocol (protocol: string): string {
  if (protocol === '') {
    throw new SyntaxError('a protocol cannot be empty')
  }

  return protocol
}
