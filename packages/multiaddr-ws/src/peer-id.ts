import { base58btc } from 'multiformats/bases/base58'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import type { MultihashDigest } from 'multiformats'

/** Multicodec of a CID that is a peer id. Source: libp2p peer-ids spec. */
const LIBP2P_KEY = 0x72

const IDENTITY = 0x00
const SHA2_256 = 0x12
const SHA2_256_LENGTH = 32

/**
 * Decoding takes time that grows with the square of the length. The longest peer
 * id in use, a CID in base32 of a secp256k1 key, has 66 characters.
 */
const MAX_LENGTH = 128

const BASE58 = /^[1-9A-HJ-NP-Za-km-z]+$/

interface IdRange { first: string, last: string }

/**
 * The first and last id of each usual kind, by the length of its text. Base58's
 * digits are in ASCII order, so between texts of one length comparing texts is
 * comparing numbers, and one between these two begins with the bytes both begin with.
 */
const USUAL_IDS: ReadonlyMap<number, IdRange> = new Map([
  // 1220…: SHA-256, of RSA and ECDSA keys
  [46, {
    first: 'QmNLei78zWmzUdbeRB3CiUfAizWUrbeeZh5K1rhAQKCh51',
    last: 'QmfZy5bvk7a3DQAjCbGNtmrPXWkyVvPrdnZMyBZ5q5ieKG'
  }],
  // 0024 08011220…: an Ed25519 key
  [52, {
    first: '12D3KooW9pNAk8aiBuGVQtWRdbkLmo5qVL3e2h5UxbN2Nz9ttwiw',
    last: '12D3KooWT3gYEvLJyx1FyyHqrmvdy1tMjpgxmu9aSeKMEuafQtyC'
  }],
  // 0025 08021221 02… and 03…: a secp256k1 key, compressed
  [53, {
    first: '16Uiu2HAkuRfynyeQUyaKG6D44mPBuzAaiqVCWqAW9GHmv9rSiQ3y',
    last: '16Uiu2HAmVtJinZ9c553rQFmtX7jnJRmdDpmr1FJh7NCRdzhykJYW'
  }]
])

/**
 * A peer id, written in base58 or as a CID, as its multihash in base58; undefined
 * where the text is none. Source: libp2p peer-ids spec.
 */
export function canonicalPeerId (text: string): string | undefined {
  const usual = USUAL_IDS.get(text.length)

  if (usual !== undefined && text >= usual.first && text <= usual.last && BASE58.test(text)) {
    return text
  }

  return text.length > MAX_LENGTH ? undefined : decode(text)
}

function decode (text: string): string | undefined {
  try {
    const multihash = isBareMultihash(text)
      ? Digest.decode(base58btc.baseDecode(text))
      : keyCid(text)

    return isPeerMultihash(multihash) ? base58btc.baseEncode(multihash.bytes) : undefined
  } catch {
    // The decoders throw errors of several kinds; all mean that this is no peer id.
  }
}

/** A CID begins with the letter of its base, and none of those is 1 or Q. */
function isBareMultihash (text: string): boolean {
  return text.startsWith('1') || text.startsWith('Qm')
}

function keyCid (text: string): MultihashDigest | undefined {
  const cid = CID.parse(text)

  return cid.version === 1 && cid.code === LIBP2P_KEY ? cid.multihash : undefined
}

function isPeerMultihash (multihash: MultihashDigest | undefined): multihash is MultihashDigest {
  return multihash?.code === IDENTITY || (multihash?.code === SHA2_256 && multihash.size === SHA2_256_LENGTH)
}
