import { peerIdFromString } from '@libp2p/peer-id'
import { CODE_P2P, multiaddr } from '@multiformats/multiaddr'
import { ConnectError } from './errors.ts'
import type { DialOutput } from './sans-io/index.ts'
import type { AbortOptions, Libp2p, PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

const CIRCUIT = '/p2p-circuit'

/** What knows addresses of peers, besides a browser's own peer. */
export interface PeerDirectory {
  /** Where the peer of a session at this relay listens. */
  localAddresses(peer: PeerId): Multiaddr[]

  /** From the relay's own peer: what it has in its peer store, else what peer routing finds. */
  findAddresses(peer: PeerId, options: AbortOptions): Promise<Multiaddr[]>
}

/**
 * Works out what to dial for a Connect to `peerId`: addresses with the peer id at
 * their end, or none when there is a connection already.
 *
 * @throws {Error} a `ConnectError`, or why peer routing failed
 */
export async function resolveTarget (host: Libp2p, directory: PeerDirectory, dial: DialOutput, peerId: PeerId, options: AbortOptions): Promise<Multiaddr[]> {
  const given = dial.peer.addresses.map(address => readAddress(address, peerId))

  if (dial.relay !== '') {
    return circuitAddresses(host, directory, dial, peerId, options)
  }

  if (host.getConnections(peerId).length > 0) {
    return []
  }

  const addresses = await findAddresses(host, directory, peerId, given, options)

  if (addresses.length === 0) {
    throw new ConnectError(peerId.toString(), `Could not connect to peer ${peerId}: no address of it is known\n`)
  }

  return addresses.map(address => endingIn(peerId, address))
}

/** @throws {ConnectError} giving back PEERID as the browser sent it */
export function readPeerId (text: string, peerText: string): PeerId {
  try {
    return peerIdFromString(text)
  } catch (err) {
    throw new ConnectError(peerText, `Error parsing peer id ${text}: ${(err as Error).message}`, err)
  }
}

function readAddress (text: string, peerId: PeerId): Multiaddr {
  try {
    return multiaddr(text)
  } catch (err) {
    throw new ConnectError(peerId.toString(), `Could not decode peer addr: ${text}\n`, err)
  }
}

/** Sessions at this relay first, then the addresses that were given, then what others know. */
async function findAddresses (host: Libp2p, directory: PeerDirectory, peerId: PeerId, given: Multiaddr[], options: AbortOptions): Promise<Multiaddr[]> {
  const near = [...directory.localAddresses(peerId), ...given]

  if (near.length > 0) {
    return near
  }

  if (await host.peerStore.has(peerId, options)) {
    const { multiaddrs } = await host.peerStore.getInfo(peerId, options)

    if (multiaddrs.length > 0) {
      return multiaddrs
    }
  }

  return directory.findAddresses(peerId, options)
}

/** Seed 002's RELAY: a multiaddr or a peer id, with or without /p2p-circuit. */
async function circuitAddresses (host: Libp2p, directory: PeerDirectory, { relay }: DialOutput, target: PeerId, options: AbortOptions): Promise<Multiaddr[]> {
  const name = relay.endsWith(CIRCUIT) ? relay.slice(0, -CIRCUIT.length) : relay
  const relays = await relayAddresses(host, directory, name, target, options)
  const addresses = relays.map(address => multiaddr(`${address}${CIRCUIT}/p2p/${target}`))
  const dialable = await Promise.all(addresses.map(async address => host.isDialable(address)))

  if (!dialable.includes(true)) {
    throw new ConnectError(target.toString(), `Could not connect to peer ${target}: this relay has no transport for ${addresses[0]?.toString()}\n`)
  }

  return addresses
}

async function relayAddresses (host: Libp2p, directory: PeerDirectory, relay: string, target: PeerId, options: AbortOptions): Promise<Multiaddr[]> {
  const refuse = (message: string): ConnectError => new ConnectError(target.toString(), `Could not connect to peer ${target}: ${message}\n`)

  if (relay.startsWith('/')) {
    const address = readAddress(relay, target)

    if (!address.getComponents().some(component => component.code === CODE_P2P)) {
      throw refuse(`relay ${relay} has no peer id`)
    }

    return [address]
  }

  let relayId: PeerId

  try {
    relayId = peerIdFromString(relay)
  } catch (err) {
    throw refuse(`relay ${relay} is neither a multiaddr nor a peer id (${(err as Error).message})`)
  }

  const connected = host.getConnections(relayId).map(connection => connection.remoteAddr)
  const addresses = connected.length > 0 ? connected : await findAddresses(host, directory, relayId, [], options)

  if (addresses.length === 0) {
    throw refuse(`no address of relay ${relay} is known`)
  }

  return addresses.map(address => endingIn(relayId, address))
}

function endingIn (peerId: PeerId, address: Multiaddr): Multiaddr {
  const last = address.getComponents().at(-1)

  return last?.code === CODE_P2P ? address : address.encapsulate(`/p2p/${peerId}`)
}
