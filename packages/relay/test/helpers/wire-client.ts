import { WebSocket } from 'ws'
import { formatPeerAddress, parseServerMessage, serializeClientMessage } from '../../src/sans-io/index.ts'
import type { Relay } from '../../src/index.ts'
import type { ClientMessage, ServerMessage } from '../../src/sans-io/index.ts'

export type MessageOf<Type extends ServerMessage['type']> = Extract<ServerMessage, { type: Type }>

/** A browser that speaks the wire by hand. */
export class WireClient {
  readonly socket: WebSocket

  /** How the WebSocket ended. */
  readonly closed: Promise<{ code: number, reason: string }>

  /** Everything that came, also what `next` has given out. */
  readonly log: ServerMessage[] = []
  readonly #unread: ServerMessage[] = []
  #wake: () => void = () => {}
  identity: MessageOf<'identify'> | undefined

  constructor (relay: Pick<Relay, 'url'>, headers: Record<string, string> = {}) {
    this.socket = new WebSocket(`${relay.url.replace('http', 'ws')}/libp2p`, { headers })
    this.socket.on('message', (data: Buffer) => {
      const message = parseServerMessage(new Uint8Array(data))
      this.log.push(message)
      this.#unread.push(message)
      this.#wake()
    })
    this.closed = new Promise(resolve => {
      this.socket.on('close', (code, reason) => {
        resolve({ code, reason: reason.toString() })
        this.#wake()
      })
    })
    // A test sees it by `closed`.
    this.socket.on('error', () => {})
  }

  /** With a peer. */
  static async start (relay: Pick<Relay, 'url'>, key = ''): Promise<WireClient> {
    const client = new WireClient(relay)
    await client.next('hello')
    client.send({ type: 'start', key })
    await client.next('hello')
    client.identity = await client.next('identify')

    return client
  }

  get peerId (): string {
    return this.identity?.peerId ?? ''
  }

  get peerAddress (): string {
    return formatPeerAddress({ peerId: this.peerId, addresses: this.identity?.addresses ?? [] })
  }

  send (message: ClientMessage | Uint8Array): void {
    this.socket.send(message instanceof Uint8Array ? message : serializeClientMessage(message))
  }

  /** The next message, which has to be of that type. */
  async next<Type extends ServerMessage['type']> (type: Type): Promise<MessageOf<Type>> {
    while (this.#unread.length === 0) {
      if (this.socket.readyState === WebSocket.CLOSED) {
        throw new Error(`closed while waiting for ${type}`)
      }

      await new Promise<void>(resolve => { this.#wake = resolve })
    }

    const message = this.#unread.shift()

    if (message?.type !== type) {
      throw new Error(`expected ${type}, not ${JSON.stringify(message, (_, value: unknown) => typeof value === 'bigint' ? `${value}` : value)}`)
    }

    return message as MessageOf<Type>
  }

  async listen (protocol: string, frames = false): Promise<void> {
    this.send({ type: 'listen', frames, protocol })
    await this.next('listening')
  }

  connect (peer: string, protocol: string, options: { frames?: boolean, relay?: string, connectOnly?: boolean } = {}): void {
    this.send({ type: 'connect', frames: false, relay: '', connectOnly: false, ...options, protocol, peer })
  }

  /** Reads data of a stream until there are `length` bytes. */
  async read (id: bigint, length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length)

    for (let offset = 0; offset < length;) {
      const message = await this.next('data')

      if (message.id === id) {
        bytes.set(message.data, offset)
        offset += message.data.length
      }
    }

    return bytes
  }

  /** That nothing more has come: an answer to a question asked now is the next message. */
  async expectNothingMore (): Promise<void> {
    this.send(new Uint8Array([3, 0]))
    await this.next('protocol-error')
  }

  async close (): Promise<void> {
    this.socket.close()
    await this.closed
  }
}

/** A stream from `from` to `to`, with its number at each. */
export async function connectBrowsers (from: WireClient, to: WireClient, options: { frames?: boolean } = {}): Promise<{ fromId: bigint, toId: bigint }> {
  await to.listen('/x/test', options.frames)
  from.connect(to.peerAddress, '/x/test', options)
  const [{ id: fromId }, { id: toId }] = await Promise.all([from.next('peer-connection'), to.next('listener-connection')])

  return { fromId, toId }
}
