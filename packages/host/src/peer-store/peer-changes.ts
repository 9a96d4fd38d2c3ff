import { publicKeyToProtobuf } from '@libp2p/crypto/keys'
import { InvalidParametersError } from '@libp2p/interface'
import { CODE_P2P, isMultiaddr, multiaddr } from '@multiformats/multiaddr'
import type { StoredAddress, StoredPeer, StoredTag } from './stored-peer.ts'
import type { Address, PeerData, PeerId, TagOptions } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/** How what is new goes with what is there: in the place of the same field, or beside it. */
export type Strategy = 'patch' | 'merge'

export interface ChangeOptions {
  strategy: Strategy

  /** Ms since the epoch. */
  now: number

  /** Whether an address may be stored. */
  allows(address: Multiaddr): boolean | Promise<boolean>
}

/** Of tags, 1-100 in js-libp2p's interface; 0 is what one without a value has. */
const MAX_TAG_VALUE = 100

/**
 * What is stored of `id` once `data` is told of it.
 *
 * @throws {InvalidParametersError} for data that cannot be stored
 */
export async function changePeer (id: PeerId, existing: StoredPeer | undefined, data: PeerData, options: ChangeOptions): Promise<StoredPeer> {
  check(data != null, 'peer data is missing')
  check(data.publicKey == null || id.equals(data.publicKey.toMultihash().bytes), `public key does not match peer id ${id}`)

  const { now, strategy } = options
  const publicKey = existing?.publicKey ?? publicKeyOf(id, data)
  const peerRecordEnvelope = data.peerRecordEnvelope ?? existing?.peerRecordEnvelope

  return {
    addresses: await changeAddresses(id, existing?.addresses ?? [], data, options),
    protocols: changeProtocols(existing?.protocols ?? [], data.protocols, strategy),
    metadata: changeEntries(existing?.metadata, data.metadata, strategy, toMetadata),
    tags: changeEntries(existing?.tags, data.tags, strategy, (name, tag: TagOptions) => toTag(name, tag, now)),
    updated: now,
    ...(publicKey == null ? {} : { publicKey }),
    ...(peerRecordEnvelope == null ? {} : { peerRecordEnvelope })
  }
}

/** The id of an Ed25519 or secp256k1 key has the key in it. */
function publicKeyOf (id: PeerId, { publicKey = id.publicKey }: PeerData): Uint8Array | undefined {
  return id.type === 'RSA' && publicKey != null ? publicKeyToProtobuf(publicKey) : undefined
}

async function changeAddresses (id: PeerId, existing: StoredAddress[], data: PeerData, { allows, now, strategy }: ChangeOptions): Promise<StoredAddress[]> {
  const told = newAddresses(data)

  if (told == null) {
    return existing
  }

  const before = new Map(existing.map(address => [multiaddr(address.multiaddr).toString(), address]))
  const changed = new Map(strategy === 'merge' ? before : [])

  for (const { isCertified, multiaddr: address } of told) {
    check(isMultiaddr(address), `${address} is not a multiaddr`)

    if (await allows(address)) {
      const bare = withoutPeer(address, id)
      const key = bare.toString()

      changed.set(key, {
        multiaddr: bare.bytes,
        isCertified: isCertified || changed.get(key)?.isCertified === true,
        observed: before.get(key)?.observed ?? now
      })
    }
  }

  return sortedByKey(changed).map(([, address]) => address)
}

function newAddresses ({ addresses, multiaddrs }: PeerData): Address[] | undefined {
  if (addresses == null && multiaddrs == null) {
    return undefined
  }

  return [
    ...(multiaddrs ?? []).map(multiaddr => ({ multiaddr, isCertified: false })),
    ...(addresses ?? []).filter(address => address != null).map(({ isCertified = false, multiaddr }) => ({ multiaddr, isCertified }))
  ]
}

/** Every address of the peer would end in its id. */
function withoutPeer (address: Multiaddr, id: PeerId): Multiaddr {
  const components = address.getComponents()
  const index = components.findIndex(({ code }) => code === CODE_P2P)

  return index !== -1 && id.equals(components[index]?.value) ? multiaddr(components.slice(0, index)) : address
}

function changeProtocols (existing: string[], told: string[] | undefined, strategy: Strategy): string[] {
  if (told == null) {
    return existing
  }

  return [...new Set(strategy === 'merge' ? [...existing, ...told] : told)].sort()
}

/** Those told, undefined ones left out; to merge: those told beside the others, undefined ones removed. */
function changeEntries<T, U> (existing: Map<string, U> = new Map(), told: Map<string, T | undefined> | Record<string, T | undefined> | undefined, strategy: Strategy, map: (name: string, value: T) => U): Map<string, U> {
  if (told == null) {
    return existing
  }

  const changed = new Map(strategy === 'merge' ? existing : [])

  for (const [name, value] of told instanceof Map ? told : Object.entries(told)) {
    check(typeof name === 'string', `${name} is not a string, but the name of a tag or of metadata`)
    value == null ? changed.delete(name) : changed.set(name, map(name, value))
  }

  return new Map(sortedByKey(changed))
}

function toMetadata (name: string, value: Uint8Array): Uint8Array {
  check(value instanceof Uint8Array, `metadata "${name}" is not a Uint8Array`)

  return value
}

function toTag (name: string, { ttl, value = 0, ...rest }: TagOptions & Partial<StoredTag>, now: number): StoredTag {
  check(Number.isInteger(value) && value >= 0 && value <= MAX_TAG_VALUE, `the value of tag "${name}", ${value}, is not an integer of 0 to ${MAX_TAG_VALUE}`)
  check(ttl == null || (Number.isInteger(ttl) && ttl >= 0), `the ttl of tag "${name}", ${ttl}, is not a positive integer or 0`)
  const expiry = ttl == null ? rest.expiry : BigInt(now + ttl)

  return { value, ...(expiry == null ? {} : { expiry }) }
}

/** Equal peers are equal bytes. */
function sortedByKey<T> (map: Map<string, T>): Array<[string, T]> {
  return [...map].sort(([a], [b]) => a < b ? -1 : 1)
}

function check (condition: boolean, problem: string): void {
  if (!condition) {
    throw new InvalidParametersError(problem)
  }
}
