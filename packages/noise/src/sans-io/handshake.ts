import { KEY_LENGTH, TAG_LENGTH } from './crypto.ts'
import { NoiseError } from './errors.ts'
import { concat, SymmetricState } from './symmetric-state.ts'
import type { CipherState } from './cipher-state.ts'
import type { KeyPair, NoiseCrypto } from './crypto.ts'

/** 32 bytes, so it is the first hash itself. */
const PROTOCOL_NAME = Uint8Array.from('Noise_XX_25519_ChaChaPoly_SHA256', character => character.charCodeAt(0))

export interface HandshakeInit {
  crypto: NoiseCrypto
  initiator: boolean

  /** Ours for as long as we like. */
  staticKey: KeyPair

  /** Fresh for this handshake, and never used again. */
  ephemeralKey: KeyPair

  /** Both ends must give the same. Default: none. */
  prologue?: Uint8Array
}

export interface HandshakeResult {
  send: CipherState
  receive: CipherState

  /** 32 bytes that only these two ends share. */
  hash: Uint8Array
}

//   initiator                             responder
//   writeMessage   ── e ────────────────▶ readMessage      payload in the clear
//   readMessage    ◀── e, ee, s, es ───── writeMessage     payload encrypted
//   writeMessage   ── s, se ────────────▶ readMessage      payload encrypted
//   finish                                finish

/**
 * One end of a Noise XX handshake, message by message. A call out of turn throws,
 * and after any error the handshake is dead.
 */
export class Handshake {
  readonly #symmetric: SymmetricState
  readonly #initiator: boolean
  readonly #staticKey: KeyPair
  readonly #ephemeralKey: KeyPair
  #remoteEphemeral: Uint8Array | undefined
  #remoteStatic: Uint8Array | undefined

  /** Messages written and read; 3 when done, Infinity when dead. */
  #step = 0

  constructor ({ crypto, initiator, staticKey, ephemeralKey, prologue = new Uint8Array() }: HandshakeInit) {
    this.#symmetric = new SymmetricState(crypto, PROTOCOL_NAME, prologue)
    this.#initiator = initiator
    this.#staticKey = staticKey
    this.#ephemeralKey = ephemeralKey
  }

  /** 32 bytes; the initiator knows it after the second message, the responder after the third. */
  get remoteStatic (): Uint8Array | undefined {
    return this.#remoteStatic
  }

  /** @throws {NoiseError} `ERR_NOISE_STATE` out of turn, `ERR_NOISE_KEY` for a key of low order */
  writeMessage (payload: Uint8Array): Uint8Array {
    const step = this.#turn(true)
    const pieces: Uint8Array[] = []

    if (step < 2) {
      const { publicKey } = this.#ephemeralKey
      this.#symmetric.mixHash(publicKey)
      pieces.push(publicKey)
    }

    if (step === 1) {
      this.#symmetric.mixKey(this.#ephemeralKey.privateKey, this.#known(this.#remoteEphemeral))
    }

    if (step > 0) {
      pieces.push(...this.#symmetric.encryptAndHash(this.#staticKey.publicKey))
      this.#symmetric.mixKey(this.#staticKey.privateKey, this.#known(this.#remoteEphemeral))
    }

    pieces.push(...this.#symmetric.encryptAndHash(payload))
    this.#step = step + 1

    return concat(pieces)
  }

  /**
   * Returns the payload.
   *
   * @throws {NoiseError} `ERR_NOISE_STATE` out of turn, `ERR_NOISE_LENGTH` for a message that is too short, `ERR_NOISE_KEY` for a key of low order, `ERR_NOISE_DECRYPT` for anything that was changed on the way
   */
  readMessage (message: Uint8Array): Uint8Array {
    const step = this.#turn(false)
    let offset = 0
    const take = (length: number): Uint8Array => {
      if (message.byteLength - offset < length) {
        throw new NoiseError('ERR_NOISE_LENGTH', `handshake message ${step + 1} ends after ${message.byteLength} bytes`)
      }

      offset += length

      return message.subarray(offset - length, offset)
    }

    if (step < 2) {
      this.#remoteEphemeral = Uint8Array.from(take(KEY_LENGTH))
      this.#symmetric.mixHash(this.#remoteEphemeral)
    }

    if (step === 1) {
      this.#symmetric.mixKey(this.#ephemeralKey.privateKey, this.#known(this.#remoteEphemeral))
    }

    if (step > 0) {
      this.#remoteStatic = this.#symmetric.decryptAndHash(take(KEY_LENGTH + TAG_LENGTH))
      this.#symmetric.mixKey(this.#ephemeralKey.privateKey, this.#remoteStatic)
    }

    const payload = this.#symmetric.decryptAndHash(message.subarray(offset))
    this.#step = step + 1

    return payload
  }

  /** @throws {NoiseError} `ERR_NOISE_STATE` before the third message */
  finish (): HandshakeResult {
    if (this.#step !== 3) {
      throw new NoiseError('ERR_NOISE_STATE', 'the handshake is not complete')
    }

    const [first, second] = this.#symmetric.split()

    return {
      send: this.#initiator ? first : second,
      receive: this.#initiator ? second : first,
      hash: this.#symmetric.handshakeHash
    }
  }

  /** The message that comes now, when it is ours to write or to read. Until it is through, the handshake counts as dead. */
  #turn (writes: boolean): number {
    const step = this.#step
    this.#step = Infinity

    if (step > 2 || ((step % 2 === 0) === this.#initiator) !== writes) {
      throw new NoiseError('ERR_NOISE_STATE', `no message to ${writes ? 'write' : 'read'} now`)
    }

    return step
  }

  #known (key: Uint8Array | undefined): Uint8Array {
    if (key == null) {
      throw new NoiseError('ERR_NOISE_STATE', 'the far end\'s key is not known yet')
    }

    return key
  }
}
