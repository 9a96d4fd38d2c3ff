import { addressInfo } from './address-info.ts'
import { PRIVATE_OTHER_DELAY, PRIVATE_QUIC_DELAY, PRIVATE_TCP_DELAY, PUBLIC_OTHER_DELAY, PUBLIC_QUIC_DELAY, PUBLIC_TCP_DELAY, RELAY_DELAY } from './constants.ts'
import type { AddressInfo } from './address-info.ts'
import type { AddressDelay, DialRanker } from '@libp2p-ws/core'
import type { Multiaddr } from '@multiformats/multiaddr'

interface Ranked {
  address: Multiaddr
  info: AddressInfo
  delay: number
}

interface Delays {
  tcp: number
  quic: number
  other: number
}

const PUBLIC: Delays = { tcp: PUBLIC_TCP_DELAY, quic: PUBLIC_QUIC_DELAY, other: PUBLIC_OTHER_DELAY }
const PRIVATE: Delays = { tcp: PRIVATE_TCP_DELAY, quic: PRIVATE_QUIC_DELAY, other: PRIVATE_OTHER_DELAY }

/**
 * go-libp2p's ranking (`dial_ranker.go`), with two additions. go never ranks DNS
 * names, it resolves them first; here a name stands behind the IP addresses of
 * its group, so that one that is slow to resolve holds up nothing. And at the same
 * port plain TCP comes before WebSocket.
 *
 * Private, public and relayed addresses are ranked by themselves. Within a
 * group: QUIC before TCP before the rest, IPv6 before IPv4, low port before high
 * port. Of QUIC and of TCP, the best address goes first; where it is IPv6, the
 * best IPv4 one goes second (RFC 8305); all others follow together. Each step
 * waits 250 ms, for private addresses 30 ms. Relayed addresses wait another
 * 500 ms where there is a public one, other transports 1 s (private: 100 ms).
 *
 * Returns every address, the earliest first. Does not change `addresses`.
 */
export const defaultDialRanker: DialRanker = addresses => {
  const all = addresses.map(address => ({ address, info: addressInfo(address), delay: 0 }))
  const direct = all.filter(({ info }) => !info.isRelay)
  const privateOnes = direct.filter(({ info }) => info.scope === 'private')
  const publicOnes = direct.filter(({ info }) => info.scope !== 'private' && info.scope !== undefined)
  const relayed = all.filter(({ info }) => info.isRelay)
  const unknown = direct.filter(({ info }) => info.scope === undefined)

  const groups = [
    ...rankGroup(privateOnes, PRIVATE, 0),
    ...rankGroup(publicOnes, PUBLIC, 0),
    ...rankGroup(relayed, PUBLIC, publicOnes.length > 0 ? RELAY_DELAY : 0)
  ]
  const last = groups.at(-1)?.delay ?? 0

  return byDelay([...groups, ...unknown.map(entry => ({ ...entry, delay: last + PUBLIC_OTHER_DELAY }))])
}

/** Every address at once: for a simultaneous connect. go: NoDelayDialRanker. */
export const noDelayDialRanker: DialRanker = addresses => addresses.map(address => ({ address, delay: 0 }))

/**
 * Moves the address that worked last time to the front, and everything else
 * behind it by one step: the race goes on, one step later.
 */
export function favor (ranking: AddressDelay[], favorite: AddressDelay): AddressDelay[] {
  if (ranking[0] === favorite) {
    return ranking
  }

  const info = addressInfo(favorite.address)
  const step = info.scope === 'private' ? PRIVATE_TCP_DELAY : PUBLIC_TCP_DELAY
  const others = ranking.filter(entry => entry !== favorite)

  return [{ address: favorite.address, delay: 0 }, ...others.map(({ address, delay }) => ({ address, delay: delay + step }))]
}

function rankGroup (group: Ranked[], delays: Delays, offset: number): Ranked[] {
  const quic = secondIsOtherFamily(sorted(group, isQuic))
  const tcp = secondIsOtherFamily(sorted(group, ({ info }) => info.isTcp))
  const other = sorted(group, entry => !isQuic(entry) && !entry.info.isTcp)

  const lastQuic = stagger(quic, delays.quic, offset)
  const tcpStart = quic.length > 0 ? lastQuic + delays.tcp : offset
  const last = tcp.length > 0 ? stagger(tcp, delays.tcp, tcpStart) : lastQuic

  for (const entry of other) {
    entry.delay = last + delays.other
  }

  return [...quic, ...tcp, ...other]
}

/** First at `start`, second a step later, the rest together after that. Returns the last delay. */
function stagger (list: Ranked[], step: number, start: number): number {
  const [first, second] = list
  const isInterleaved = first?.info.family === 6 && second !== undefined && second.info.family !== 6
  let last = start

  list.forEach((entry, i) => {
    last = start + step * Math.min(i, isInterleaved ? 2 : 1)
    entry.delay = last
  })

  return last
}

/** RFC 8305 section 4: where the best address is IPv6, the best one of the other family comes second. */
function secondIsOtherFamily (list: Ranked[]): Ranked[] {
  const second = list[0]?.info.family === 6 ? list.find(({ info }) => info.family !== 6) : undefined

  return second === undefined ? list : [list[0] as Ranked, second, ...list.slice(1).filter(entry => entry !== second)]
}

function isQuic ({ info }: Ranked): boolean {
  return info.transport === 'quic-v1' || info.transport === 'quic' || info.transport === 'webtransport'
}

function sorted (group: Ranked[], belongs: (entry: Ranked) => boolean): Ranked[] {
  return group.filter(belongs).sort((a, b) => score(a.info) - score(b.info))
}

/** Lower is better. go's `score`: the port in the low 16 bits; a listener's port is more likely a low one. */
function score ({ transport, family, isIp, port }: AddressInfo): number {
  const isQuicAddress = transport === 'quic-v1' || transport === 'quic'
  const draft = transport === 'quic' ? 1 << 17 : 0
  const ipv4 = family === 6 ? 0 : 1 << 18
  const webTransport = isQuicAddress ? 0 : 1 << 19
  const name = isIp ? 0 : 1 << 20
  const webSocket = transport === 'ws' ? 0.5 : 0

  return name + webTransport + ipv4 + draft + port + webSocket
}

function byDelay (list: Ranked[]): AddressDelay[] {
  return list.sort((a, b) => a.delay - b.delay).map(({ address, delay }) => ({ address, delay }))
}
