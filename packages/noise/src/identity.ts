import { publicKeyToProtobuf } from '@libp2p/crypto/keys'
import { UnexpectedPeerError } from '@libp2p/interface'
import { identityOf, peerIdFromPublicKey, publicKeyFromProtobuf } from '@libp2p-ws/identity'
import { NoiseError } from './sans-io/errors.ts'
import { decodePayload, encodePayload } from './sans-io/payload.ts'
import { concat } from './sans-io/symmetric-state.ts'
import type { PeerId, PrivateKey, PublicKey } from '@libp2p/interface'

/** Goes before the static key in what is signed (libp2p spec, noise: "Static Key Authentication"). */
const SIGNATURE_PREFIX = Uint8Array.from('noise-libp2p-static-key:', character => character.charCodeAt(0))

/** What a peer says of itself in the handshake; signed once for as long as the static key is used. */
export class Identity {
  readonly #identityKey: Uint8Array
  readonly #identitySig: Promise<Uint8Array>

  /** By what they offer: a node's muxers, or none. */
  readonly #payloads = new Map<string, Promise<Uint8Array>>()

  constructor (privateKey: PrivateKey, staticKey: Uint8Array) {
    const identity = identityOf(privateKey).privateKey
    this.#identityKey = publicKeyToProtobuf(identity.publicKey)
    this.#identitySig = Promise.resolve(identity.sign(concat([SIGNATURE_PREFIX, staticKey])))

    // whoever asks for the payload hears of it
    this.#identitySig.catch(() => {})
  }

  /** The same bytes for the same muxers: not to be changed. */
  async payload (streamMuxers: string[]): Promise<Uint8Array> {
    const key = streamMuxers.join()
    const payload = this.#payloads.get(key) ?? this.#encode(streamMuxers)
    this.#payloads.set(key, payload)

    return payload
  }

  async #encode (streamMuxers: string[]): Promise<Uint8Array> {
    return encodePayload({ identityKey: this.#identityKey, identitySig: await this.#identitySig, streamMuxers })
  }
}

export interface RemoteIdentity {
  peer: PeerId
  streamMuxers: string[]
}

/**
 * @param payload - as it came out of the handshake
 * @param remoteStatic - the static key of the handshake
 * @param expected - who has to be there; undefined: anybody
 * @throws {NoiseError} `ERR_NOISE_PAYLOAD` for what is no payload, key or signature, `ERR_NOISE_SIGNATURE` for a signature of something else
 * @throws {UnexpectedPeerError} for another peer
 */
export async function verifyIdentity (payload: Uint8Array, remoteStatic: Uint8Array, expected: PeerId | undefined): Promise<RemoteIdentity> {
  const { identityKey, identitySig, streamMuxers } = decodePayload(payload)
  const publicKey = parseKey(identityKey)

  if (!await verify(publicKey, concat([SIGNATURE_PREFIX, remoteStatic]), identitySig)) {
    throw new NoiseError('ERR_NOISE_SIGNATURE', 'the far end\'s static key is not signed by its identity key')
  }

  const peer = peerIdFromPublicKey(publicKey)

  if (expected != null && !peer.equals(expected)) {
    throw new UnexpectedPeerError(`${peer} answered, expected ${expected}`)
  }

  return { peer, streamMuxers }
}

function parseKey (bytes: Uint8Array): PublicKey {
  try {
    return publicKeyFromProtobuf(bytes)
  } catch (err) {
    throw new NoiseError('ERR_NOISE_PAYLOAD', 'the far end\'s identity key is malformed', { cause: err })
  }
}

async function verify (publicKey: PublicKey, data: Uint8Array, signature: Uint8Array): Promise<boolean> {
  try {
    return await publicKey.verify(data, signature)
  } catch (err) {
    throw new NoiseError('ERR_NOISE_SIGNATURE', 'the far end\'s signature is malformed', { cause: err })
  }
}
