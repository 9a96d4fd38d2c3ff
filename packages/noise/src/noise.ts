import { serviceCapabilities } from '@libp2p/interface'
import { channelOf, messageStreamOf } from '@libp2p-ws/byte-channel'
import { HandshakeMessages, sendMessage } from './handshake-messages.ts'
import { Identity, verifyIdentity } from './identity.ts'
import { NoiseChannel } from './noise-channel.ts'
import { NoiseError } from './sans-io/errors.ts'
import { Handshake } from './sans-io/handshake.ts'
import type { ConnectionEncrypter, MessageStream, MessageStreamDirection, PeerId, PrivateKey, SecureConnectionOptions, SecuredConnection, StreamMuxerFactory, Upgrader } from '@libp2p/interface'
import type { ByteChannel, ChannelEncrypter, SecureChannelOptions, SecuredChannel } from '@libp2p-ws/core'
import { crypto, generateKeyPair } from '#crypto'

/** Protocol id (libp2p spec, noise). */
export const NOISE_PROTOCOL = '/noise'

export interface NoiseComponents {
  privateKey: PrivateKey

  /** Its muxers are offered in the handshake. */
  upgrader: Pick<Upgrader, 'getStreamMuxers'>
}

export interface NoiseInit {
  /** Both ends must give the same. Default: none. */
  prologue?: Uint8Array
}

/** Noise XX with libp2p identities and early muxer negotiation. */
export class Noise implements ChannelEncrypter {
  readonly speaksFirst = true
  readonly protocol: string = NOISE_PROTOCOL
  readonly #components: NoiseComponents
  readonly #prologue: Uint8Array
  readonly #staticKey = generateKeyPair()
  readonly #identity: Identity

  constructor (components: NoiseComponents, init: NoiseInit = {}) {
    this.#components = components
    this.#prologue = init.prologue ?? new Uint8Array()
    this.#identity = new Identity(components.privateKey, this.#staticKey.publicKey)
  }

  get [Symbol.toStringTag] (): string {
    return '@libp2p-ws/noise'
  }

  /**
   * @throws {NoiseError} its code says at what
   * @throws {UnexpectedPeerError} when another peer answers than `options.remotePeer`
   * @throws {Error} what the channel closed with
   */
  async secureChannel (channel: ByteChannel, options: SecureChannelOptions): Promise<SecuredChannel> {
    return options.direction === 'outbound' ? this.#initiate(channel, options) : this.#respond(channel, options)
  }

  /**
   * @throws {NoiseError} its code says at what
   * @throws {UnexpectedPeerError} when another peer answers than `options.remotePeer`
   * @throws {Error} the reason of the signal, which aborts `connection` too
   */
  async secureOutbound (connection: MessageStream, options: SecureConnectionOptions = {}): Promise<SecuredConnection> {
    return this.#secureStream(connection, 'outbound', options)
  }

  /**
   * @throws {NoiseError} its code says at what
   * @throws {UnexpectedPeerError} when another peer dials than `options.remotePeer`
   * @throws {Error} the reason of the signal, which aborts `connection` too
   */
  async secureInbound (connection: MessageStream, options: SecureConnectionOptions = {}): Promise<SecuredConnection> {
    return this.#secureStream(connection, 'inbound', options)
  }

  async #secureStream (connection: MessageStream, direction: MessageStreamDirection, { signal, ...options }: SecureConnectionOptions): Promise<SecuredConnection> {
    signal?.throwIfAborted()
    const channel = channelOf(connection)
    const onAbort = (): void => { channel.abort(signal?.reason) }
    signal?.addEventListener('abort', onAbort, { once: true })

    try {
      const { channel: secured, remotePeer, streamMuxer } = await this.secureChannel(channel, { ...options, direction })
      const { inactivityTimeout, maxReadBufferLength } = connection

      return {
        connection: messageStreamOf(secured, { log: connection.log.newScope('noise'), direction: connection.direction, inactivityTimeout, maxReadBufferLength }),
        remotePeer,
        ...streamMuxer != null && { streamMuxer }
      }
    } finally {
      signal?.removeEventListener('abort', onAbort)
    }
  }

  async #initiate (channel: ByteChannel, options: SecureChannelOptions): Promise<SecuredChannel> {
    const handshake = this.#handshake(true)
    sendMessage(channel, handshake.writeMessage(new Uint8Array()), options.preamble)
    await options.negotiated

    // from here on what comes in is ours
    const messages = new HandshakeMessages(channel)
    const payload = handshake.readMessage(await messages.read())
    const remote = await verifyIdentity(payload, staticOf(handshake), options.remotePeer)
    const muxers = this.#muxers(options)
    messages.write(handshake.writeMessage(await this.#identity.payload(muxers)))
    messages.release()

    return this.#secured(new NoiseChannel(channel, handshake.finish()), remote.peer, muxers, remote.streamMuxers)
  }

  async #respond (channel: ByteChannel, options: SecureChannelOptions): Promise<SecuredChannel> {
    const messages = new HandshakeMessages(channel)
    const handshake = this.#handshake(false)
    const muxers = this.#muxers(options)
    handshake.readMessage(await messages.read())
    messages.write(handshake.writeMessage(await this.#identity.payload(muxers)))
    const payload = handshake.readMessage(await messages.read())
    const remote = await verifyIdentity(payload, staticOf(handshake), options.remotePeer)
    messages.release()

    return this.#secured(new NoiseChannel(channel, handshake.finish()), remote.peer, remote.streamMuxers, muxers)
  }

  #handshake (initiator: boolean): Handshake {
    return new Handshake({ crypto, initiator, staticKey: this.#staticKey, ephemeralKey: generateKeyPair(), prologue: this.#prologue })
  }

  #muxers ({ skipStreamMuxerNegotiation }: SecureChannelOptions): string[] {
    return skipStreamMuxerNegotiation === true ? [] : [...this.#components.upgrader.getStreamMuxers().keys()]
  }

  #secured (channel: ByteChannel, remotePeer: PeerId, initiators: string[], responders: string[]): SecuredChannel {
    const streamMuxer = this.#commonMuxer(initiators, responders)

    return { channel, remotePeer, ...streamMuxer != null && { streamMuxer } }
  }

  /** The first of the initiator's that the responder has too (libp2p spec, "Inlined muxer negotiation"). */
  #commonMuxer (initiators: string[], responders: string[]): StreamMuxerFactory | undefined {
    if (initiators.length === 0 || responders.length === 0) {
      return undefined
    }

    const chosen = initiators.find(muxer => responders.includes(muxer))

    if (chosen == null) {
      throw new NoiseError('ERR_NOISE_MUXER', `no muxer in common: ${initiators.join(', ')} and ${responders.join(', ')}`)
    }

    return this.#components.upgrader.getStreamMuxers().get(chosen)
  }
}

// a computed key of an import has no place in an isolated declaration
Object.defineProperty(Noise.prototype, serviceCapabilities, { value: ['@libp2p/connection-encryption', '@libp2p/noise'] })

/** A factory for the `connectionEncrypters` of createLibp2p and createSwarm. */
export function noise (init: NoiseInit = {}): (components: NoiseComponents) => ConnectionEncrypter {
  return components => new Noise(components, init)
}

function staticOf ({ remoteStatic }: Handshake): Uint8Array {
  if (remoteStatic == null) {
    throw new NoiseError('ERR_NOISE_STATE', 'the far end sent no static key')
  }

  return remoteStatic
}
