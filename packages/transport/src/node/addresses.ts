import { getThinWaistAddresses } from '@libp2p/utils'
import { multiaddr } from '@multiformats/multiaddr'
import type { Multiaddr } from '@multiformats/multiaddr'
import type net from 'node:net'

/** The multiaddr of the far end of an inbound socket, or undefined when it is gone already. */
export function remoteMultiaddr (socket: net.Socket, secure: boolean): Multiaddr | undefined {
  const { remoteAddress, remotePort } = socket

  if (remoteAddress === undefined || remotePort === undefined) {
    return undefined
  }

  return multiaddr(`${ipString(remoteAddress)}/tcp/${remotePort}${secure ? '/tls/ws' : '/ws'}`)
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
  const hosts = getThinWaistAddresses(listening, port)
  const components = listening.getComponents()
  const sni = components.find(({ name }) => name === 'sni')?.value
  const path = components.find(({ name }) => name === 'http-path')?.value
  const end = path === undefined ? '' : `/http-path/${path}`

  return [
    ...(schemes.plain ? hosts.map(ma => ma.encapsulate(`/ws${end}`)) : []),
    ...(schemes.secure ? hosts.map(ma => ma.encapsulate(`/tls${sni === undefined ? '' : `/sni/${sni}`}/ws${end}`)) : [])
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
