import { publicKeyToProtobuf } from '@libp2p/crypto/keys'
import { InvalidParametersError } from '@libp2p/interface'
import { sha256 } from '@noble/hashes/sha2.js'
import { base58btc } from 'multiformats/bases/base58'
import { base64url } from 'multiformats/bases/base64'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { CURVES } from './ecdsa-curve.ts'
import { decodeSignature, encodeSignature } from './ecdsa-signature.ts'
import type { EcdsaCurve } from './ecdsa-curve.ts'
import type { AbortOptions, ECDSAPrivateKey, ECDSAPublicKey, PublicKey } from '@libp2p/interface'
import type { MultihashDigest } from 'multiformats/hashes/interface'
import type { Uint8ArrayList } from 'uint8arraylist'

/** multicodec table: `libp2p-key`, and the hash that names keys longer than 42 bytes (libp2p spec, peer-ids). */
const LIBP2P_KEY = 0x72
const SHA2_256 = 0x12

/**
 * js-libp2p's `ECDSAPublicKey` with the encoding, multihash and signatures of the
 * libp2p specification, peer-ids: a DER SubjectPublicKeyInfo, named by its hash,
 * and signatures in DER. Those of `@libp2p/crypto` 5 are others, which no other
 * implementation can read.
 */
export class EcdsaPublicKey implements Omit<ECDSAPublicKey, 'toMultihash' | 'toCID'> {
  readonly type = 'ECDSA'
  readonly jwk: JsonWebKey
  readonly raw: Uint8Array
  readonly #curve: EcdsaCurve
  #imported: Promise<CryptoKey> | undefined

  private constructor (curve: EcdsaCurve, raw: Uint8Array) {
    const x = raw.subarray(curve.prefix.byteLength, curve.prefix.byteLength + curve.size)
    const y = raw.subarray(curve.prefix.byteLength + curve.size)
    this.#curve = curve
    this.raw = raw
    this.jwk = { kty: 'EC', crv: curve.name, x: base64url.baseEncode(x), y: base64url.baseEncode(y), ext: true, key_ops: ['verify'] }
  }

  /**
   * @param raw - DER SubjectPublicKeyInfo of P-256, P-384 or P-521, with an uncompressed point; whether that is on the curve is seen when it verifies
   * @throws {InvalidParametersError} for anything else
   */
  static fromRaw (raw: Uint8Array): EcdsaPublicKey {
    const curve = CURVES.find(({ prefix, size }) => raw.byteLength === prefix.byteLength + 2 * size && prefix.every((byte, i) => byte === raw[i]))

    if (curve == null) {
      throw new InvalidParametersError(`${raw.byteLength} bytes that are no ECDSA public key of P-256, P-384 or P-521`)
    }

    return new EcdsaPublicKey(curve, raw.slice())
  }

  /** @throws {InvalidParametersError} when `jwk` has no point of P-256, P-384 or P-521 */
  static fromJwk ({ crv, x = '', y = '' }: JsonWebKey): EcdsaPublicKey {
    const prefix = CURVES.find(({ name }) => name === crv)?.prefix ?? []

    return EcdsaPublicKey.fromRaw(Uint8Array.of(...prefix, ...base64url.baseDecode(x), ...base64url.baseDecode(y)))
  }

  /** sha2-256 of the protobuf: it has more than 42 bytes. */
  toMultihash (): MultihashDigest<0x12> {
    return Digest.create(SHA2_256, sha256(publicKeyToProtobuf(this as unknown as PublicKey)))
  }

  toCID (): CID<unknown, 0x72, 0x12, 1> {
    return CID.createV1(LIBP2P_KEY, this.toMultihash())
  }

  /** The peer id. */
  toString (): string {
    return base58btc.encode(this.toMultihash().bytes).slice(1)
  }

  equals (key?: any): boolean {
    return key?.raw instanceof Uint8Array && key.raw.byteLength === this.raw.byteLength && this.raw.every((byte, i) => byte === key.raw[i])
  }

  /**
   * `signature` is in DER, of the SHA-256 of `data`.
   *
   * @throws {Error} WebCrypto's, when the key is not on its curve
   */
  async verify (data: Uint8Array | Uint8ArrayList, signature: Uint8Array, { signal }: AbortOptions = {}): Promise<boolean> {
    const decoded = decodeSignature(signature, this.#curve.size)
    this.#imported ??= crypto.subtle.importKey('jwk', this.jwk, { name: 'ECDSA', namedCurve: this.#curve.name }, true, ['verify'])
    const key = await this.#imported
    signal?.throwIfAborted()

    return decoded != null && crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, key, toBuffer(decoded), toBuffer(data.subarray()))
  }
}

/** The private half: what `@libp2p/crypto` has of it is right, but for its signatures. */
export class EcdsaPrivateKey implements Omit<ECDSAPrivateKey, 'publicKey'> {
  readonly type = 'ECDSA'
  readonly publicKey: EcdsaPublicKey
  readonly #key: ECDSAPrivateKey

  /** @param key - of `generateKeyPair('ECDSA')` or `privateKeyFromProtobuf` of `@libp2p/crypto/keys` */
  constructor (key: ECDSAPrivateKey) {
    this.#key = key
    this.publicKey = EcdsaPublicKey.fromJwk(key.jwk)
  }

  /** DER ECPrivateKey (RFC 5915). */
  get raw (): Uint8Array {
    return this.#key.raw
  }

  get jwk (): JsonWebKey {
    return this.#key.jwk
  }

  equals (key?: any): boolean {
    return this.#key.equals(key)
  }

  /** Resolves with a signature in DER, of the SHA-256 of `data`. */
  async sign (data: Uint8Array | Uint8ArrayList, options?: AbortOptions): Promise<Uint8Array> {
    return encodeSignature(await this.#key.sign(data, options))
  }
}

/** WebCrypto's types want memory that is not shared. */
function toBuffer (bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(bytes)
}
