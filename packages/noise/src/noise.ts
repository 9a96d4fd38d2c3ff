import { serviceCapabilities } from '@libp2p/interface'
import { lpStream } from '@libp2p/utils'
import { Uint8ArrayList } from 'uint8arraylist'
import { Identity, verifyIdentity } from './identity.ts'
import { NoiseError } from './sans-io/errors.ts'
import { Handshake } from './sans-io/handshake.ts'
import { MAX_RECORD, recordHeader } from './sans-io/records.ts'
import { SecureChannel } from './secure-channel.ts'
import type { RemoteIdentity } from './identity.ts'
import type { ConnectionEncrypter, MessageStream, PrivateKey, SecureConnectionOptions, SecuredConnection, StreamMuxerFactory, Upgrader } from '@libp2p/interface'
import type { LengthPrefixedStream } from '@libp2p/utils'
import type { EagerEncrypter, EagerSecureOptions } from '@libp2p-ws/core'
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
export class Noise implements EagerEncrypter {
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
   */
  async secureOutbound (connection: MessageStream, options: EagerSecureOptions = {}): Promise<SecuredConnection> {
    const handshake = this.#handshake(true)
    const first = handshake.writeMessage(new Uint8Array())
    connection.send(new Uint8ArrayList(recordHeader(first.byteLength), first))
    await options.negotiated

    // from here on what comes in is ours
    const messages = handshakeMessages(connection)
    const payload = handshake.readMessage((await messages.read(options)).subarray())
    const remote = await verifyIdentity(payload, staticOf(handshake), options.remotePeer)
    await messages.write(handshake.writeMessage(await this.#payload(options)), options)

    return this.#finish(messages, handshake, remote, this.#muxers(options), remote.streamMuxers, options)
  }

  /**
   * @throws {NoiseError} its code says at what
   * @throws {UnexpectedPeerError} when another peer dials than `options.remotePeer`
   */
  async secureInbound (connection: MessageStream, options: SecureConnectionOptions = {}): Promise<SecuredConnection> {
    const messages = handshakeMessages(connection)
    const handshake = this.#handshake(false)
    handshake.readMessage((await messages.read(options)).subarray())
    await messages.write(handshake.writeMessage(await this.#payload(options)), options)
    const payload = handshake.readMessage((await messages.read(options)).subarray())
    const remote = await verifyIdentity(payload, staticOf(handshake), options.remotePeer)

    return this.#finish(messages, handshake, remote, remote.streamMuxers, this.#muxers(options), options)
  }

  #handshake (initiator: boolean): Handshake {
    return new Handshake({ crypto, initiator, staticKey: this.#staticKey, ephemeralKey: generateKeyPair(), prologue: this.#prologue })
  }

  async #payload (options: SecureConnectionOptions): Promise<Uint8Array> {
    return this.#identity.payload(this.#muxers(options))
  }

  #muxers ({ skipStreamMuxerNegotiation }: SecureConnectionOptions): string[] {
    return skipStreamMuxerNegotiation === true ? [] : [...this.#components.upgrader.getStreamMuxers().keys()]
  }

  #finish (messages: LengthPrefixedStream, handshake: Handshake, { peer }: RemoteIdentity, initiators: string[], responders: string[], options: SecureConnectionOptions): SecuredConnection {
    const muxer = options.skipStreamMuxerNegotiation === true ? undefined : this.#commonMuxer(initiators, responders)

    // the channel listens before what came after the handshake is handed on
    const connection = messages.unwrap()

    return {
      connection: new SecureChannel(connection, handshake.finish()),
      remotePeer: peer,
      ...muxer != null && { streamMuxer: muxer }
    }
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

/** Messages of the handshake have the same frame as records: 16 bits of length, big endian. */
function handshakeMessages (connection: MessageStream): LengthPrefixedStream {
  return lpStream(connection, {
    maxDataLength: MAX_RECORD,
    maxLengthLength: 2,
    lengthEncoder: recordHeader,
    lengthDecoder: bytes => {
      // asks for one more byte
      if (bytes.byteLength < 2) {
        throw new RangeError('the length has two bytes')
      }

      return bytes.getUint16(0)
    }
  })
}

function staticOf ({ remoteStatic }: Handshake): Uint8Array {
  if (remoteStatic == null) {
    throw new NoiseError('ERR_NOISE_STATE', 'the far end sent no static key')
  }

  return remoteStatic
}
