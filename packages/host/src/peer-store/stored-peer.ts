import { reader, writer } from 'protons-runtime'
import type { Reader, Writer } from 'protons-runtime'

/** What the datastore has of a peer. */
export interface StoredPeer {
  addresses: StoredAddress[]
  protocols: string[]

  /** Protobuf of a public key that the peer id does not have in it: RSA. */
  publicKey?: Uint8Array

  /** Of the newest signed peer record. */
  peerRecordEnvelope?: Uint8Array
  metadata: Map<string, Uint8Array>
  tags: Map<string, StoredTag>

  /** Ms since the epoch. */
  updated?: number
}

export interface StoredAddress {
  multiaddr: Uint8Array
  isCertified: boolean

  /** Ms since the epoch. */
  observed?: number
}

export interface StoredTag {
  value: number

  /** Ms since the epoch. */
  expiry?: bigint
}

// the fields of `@libp2p/peer-store`'s protobuf, whose datastores are read here and the other way round:
// number << 3 | wire type
const ADDRESSES = 0o12
const PROTOCOLS = 0o22
const PUBLIC_KEY = 0o42
const PEER_RECORD_ENVELOPE = 0o52
const METADATA = 0o62
const TAGS = 0o72
const UPDATED = 0o100
const MULTIADDR = 0o12
const IS_CERTIFIED = 0o20
const OBSERVED = 0o30
const KEY = 0o12
const VALUE = 0o22
const TAG_VALUE = 0o10
const EXPIRY = 0o20

export function encodePeer (peer: StoredPeer): Uint8Array {
  const w = writer()

  for (const { isCertified, multiaddr, observed } of peer.addresses) {
    w.uint32(ADDRESSES).fork().uint32(MULTIADDR).bytes(multiaddr).uint32(IS_CERTIFIED).bool(isCertified)
    observed != null && w.uint32(OBSERVED).uint64Number(observed)
    w.ldelim()
  }

  for (const protocol of peer.protocols) {
    w.uint32(PROTOCOLS).string(protocol)
  }

  peer.publicKey != null && w.uint32(PUBLIC_KEY).bytes(peer.publicKey)
  peer.peerRecordEnvelope != null && w.uint32(PEER_RECORD_ENVELOPE).bytes(peer.peerRecordEnvelope)

  for (const [key, value] of peer.metadata) {
    w.uint32(METADATA).fork().uint32(KEY).string(key).uint32(VALUE).bytes(value).ldelim()
  }

  for (const [key, tag] of peer.tags) {
    w.uint32(TAGS).fork().uint32(KEY).string(key)
    writeTag(w, tag)
    w.ldelim()
  }

  peer.updated != null && w.uint32(UPDATED).uint64Number(peer.updated)

  return w.finish()
}

/** @throws {Error} for bytes that are no protobuf; fields that are not known are passed over */
export function decodePeer (bytes: Uint8Array): StoredPeer {
  const r = reader(bytes)
  const peer: StoredPeer = { addresses: [], protocols: [], metadata: new Map(), tags: new Map() }

  readFields(r, r.len, {
    [ADDRESSES]: () => { peer.addresses.push(readAddress(r)) },
    [PROTOCOLS]: () => { peer.protocols.push(r.string()) },
    [PUBLIC_KEY]: () => { peer.publicKey = r.bytes() },
    [PEER_RECORD_ENVELOPE]: () => { peer.peerRecordEnvelope = r.bytes() },
    [METADATA]: () => { peer.metadata.set(...readEntry(r, new Uint8Array(), () => r.bytes())) },
    [TAGS]: () => { peer.tags.set(...readEntry(r, { value: 0 }, () => readTag(r))) },
    [UPDATED]: () => { peer.updated = r.uint64Number() }
  })

  return peer
}

/** Whether all is the same but the times. */
export function haveSameContents (a: StoredPeer, b: StoredPeer): boolean {
  const [bytes, others] = [timeless(a), timeless(b)]

  return bytes.length === others.length && bytes.every((byte, i) => byte === others[i])
}

function timeless ({ updated, ...peer }: StoredPeer): Uint8Array {
  return encodePeer({ ...peer, addresses: peer.addresses.map(({ isCertified, multiaddr }) => ({ isCertified, multiaddr })) })
}

function writeTag (w: Writer, { expiry, value }: StoredTag): void {
  w.uint32(VALUE).fork().uint32(TAG_VALUE).uint32(value)
  expiry != null && w.uint32(EXPIRY).uint64(expiry)
  w.ldelim()
}

function readAddress (r: Reader): StoredAddress {
  const address: StoredAddress = { multiaddr: new Uint8Array(), isCertified: false }

  readMessage(r, {
    [MULTIADDR]: () => { address.multiaddr = r.bytes() },
    [IS_CERTIFIED]: () => { address.isCertified = r.bool() },
    [OBSERVED]: () => { address.observed = r.uint64Number() }
  })

  return address
}

function readTag (r: Reader): StoredTag {
  const tag: StoredTag = { value: 0 }

  readMessage(r, {
    [TAG_VALUE]: () => { tag.value = r.uint32() },
    [EXPIRY]: () => { tag.expiry = r.uint64() }
  })

  return tag
}

/** An entry of a map. What is absent has the type's default (protobuf 3). */
function readEntry<T> (r: Reader, absent: T, readValue: () => T): [string, T] {
  const entry: [string, T] = ['', absent]

  readMessage(r, {
    [KEY]: () => { entry[0] = r.string() },
    [VALUE]: () => { entry[1] = readValue() }
  })

  return entry
}

function readMessage (r: Reader, fields: Record<number, () => void>): void {
  const length = r.uint32()

  readFields(r, r.pos + length, fields)
}

function readFields (r: Reader, end: number, fields: Record<number, () => void>): void {
  while (r.pos < end) {
    const field = r.uint32()
    const read = fields[field] ?? (() => { r.skipType(field & 7) })

    read()
  }
}
