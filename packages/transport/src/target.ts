import { InvalidValueError } from '@libp2p-ws/core'
import type { NetAddress } from '@libp2p-ws/core'
import type { Multiaddr } from '@multiformats/multiaddr'

/** What a dial needs to know of an address. */
export interface WebSocketTarget extends NetAddress {
  /** wss instead of ws. */
  secure: boolean

  /** The name for SNI, Host and the certificate, where it is not `host`. */
  sni?: string

  /** Path of the URL with its leading slash. */
  path: string

  /** The same as a URL, for people and for browsers. The name of `sni` stands in it, not `host`. */
  url: string
}

const FAMILIES: Record<string, 4 | 6 | undefined> = { ip4: 4, ip6: 6, dns: undefined, dns4: 4, dns6: 6 }

/** @throws {InvalidValueError} when `ma` is no WebSocket address */
export function toTarget (ma: Multiaddr): WebSocketTarget {
  const target = parse(ma)

  if (target === undefined) {
    throw new InvalidValueError('multiaddr', ma, `not a WebSocket multiaddr: ${ma}`)
  }

  return target
}

export function isWebSocketMultiaddr (ma: Multiaddr): boolean {
  return parse(ma) !== undefined
}

function parse (ma: Multiaddr): WebSocketTarget | undefined {
  const components = ma.getComponents()
  let index = 0
  const take = (...names: string[]): { name: string, value?: string } | undefined => {
    const component = components[index]

    if (component === undefined || !names.includes(component.name)) {
      return undefined
    }

    index++
    return component
  }

  const zone = take('ip6zone')?.value
  const host = take(...Object.keys(FAMILIES))

  if (host?.value === undefined) {
    return undefined
  }

  const port = take('tcp')?.value
  const wss = take('wss') !== undefined
  const tls = !wss && take('tls') !== undefined
  const sni = tls ? take('sni')?.value : undefined

  if (!wss && take('ws') === undefined) {
    return undefined
  }

  const httpPath = take('http-path')?.value
  take('p2p')

  if (index !== components.length) {
    return undefined
  }

  const secure = wss || tls
  const family = FAMILIES[host.name]
  const path = `/${httpPath === undefined ? '' : decodeURIComponent(httpPath)}`
  const defaultPort = secure ? 443 : 80
  const portNumber = port === undefined ? defaultPort : Number(port)
  const name = sni ?? (host.name === 'ip6' ? `[${host.value}]` : host.value)

  return {
    host: host.value,
    port: portNumber,
    secure,
    path,
    url: new URL(`${secure ? 'wss' : 'ws'}://${name}:${portNumber}${path}`).href,
    ...(family === undefined ? {} : { family }),
    ...(zone === undefined ? {} : { zone }),
    ...(sni === undefined ? {} : { sni })
  }
}
