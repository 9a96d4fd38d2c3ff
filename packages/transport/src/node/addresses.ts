import { getThinWaistAddresses } from '@libp2p/utils'
import { fromNetAddress, parseWebSocketMultiaddr, toNetAddress } from '@libp2p-ws/multiaddr-ws'
import { multiaddr } from '@multiformats/multiaddr'
import type { ClientAddress } from './client-address.ts'
import type { Multiaddr } from '@multiformats/multiaddr'
import type net from 'node:net'

/** The multiaddr of the far end of an inbound connection. */
export function clientMultiaddr ({ address, port }: ClientAddress, secure: boolean): Multiaddr {
  return multiaddr(`${ipString(address)}/tcp/${port}${secure ? '/tls/ws' : '/ws'}`)
}

/** The multiaddr of this end of `socket`; undefined when it is closed. */
export function localMultiaddr (socket: net.Socket): Multiaddr | undefined {
  const { localAddress, localPort } = socket

  return localAddress === undefined || localPort === undefined ? undefined : clientMultiaddr({ address: localAddress, port: localPort }, 'encrypted' in socket)
}

/** The schemes that a port serves. */
export interface Schemes {
  /** /ws */
  plain: boolean

  /** /tls/ws */
  secure: boolean
}

/**
 * What a listener on `listening` can be reached at.
 *
 * @param listening - what `listen` was called with
 * @param port - the port chosen by the system, where `listening` says 0
 * @param schemes - what is served there
 */
export function listeningMultiaddrs (listening: Multiaddr, port: number, schemes: Schemes): Multiaddr[] {
  const { sni, path } = parseWebSocketMultiaddr(listening)
  const hosts = getThinWaistAddresses(listening, port).map(host => toNetAddress(host.encapsulate('/ws')))
  const options = path === undefined ? {} : { path }
  const tlsOptions = { ...options, secure: true, ...(sni === undefined ? {} : { sni }) }

  return [
    ...(schemes.plain ? hosts.map(host => fromNetAddress(host, options)) : []),
    ...(schemes.secure ? hosts.map(host => fromNetAddress(host, tlsOptions)) : [])
  ]
}

/** @param address - as Node prints it: `::ffff:10.0.0.1` on a dual-stack socket, `fe80::1%eth0` with a zone */
function ipString (address: string): string {
  const [host = '', zone] = address.split('%')
  const mapped = /^::ffff:([\d.]+)$/.exec(host)

  if (mapped !== null) {
    return `/ip4/${mapped[1]}`
  }

  return `${zone === undefined ? '' : `/ip6zone/${zone}`}${host.includes(':') ? '/ip6' : '/ip4'}/${host}`
}
