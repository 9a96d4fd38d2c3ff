import { dnsNameFault } from './dns-name.ts'
import { isHttpPath } from './http-path.ts'
import { isIPv4, isIPv6Zone } from './ip.ts'
import { canonicalIPv6 } from './ipv6.ts'
import { canonicalPeerId } from './peer-id.ts'
import { parsePort } from './port.ts'
import { defaultPort } from './web-socket-address.ts'
import type { ComponentReader } from './component-reader.ts'
import type { WebSocketAddress } from './web-socket-address.ts'

/**
 * Reads a whole WebSocket multiaddr:
 *
 * ```abnf
 * address  = host [ "/tcp/" port ] security *2( path / peer )
 * host     = "/ip4/" ip / [ "/ip6zone/" zone ] "/ip6/" ip / ( "/dns/" / "/dns4/" / "/dns6/" ) name
 * security = "/ws" / "/wss" / "/tls" [ "/sni/" name ] "/ws"
 * path     = "/http-path/" escaped-path
 * peer     = ( "/p2p/" / "/ipfs/" ) peer-id
 * ```
 *
 * with path and peer at most once each, in either order. Sources: libp2p
 * websockets spec, "Addressing", and the http-path spec of multiaddr.
 *
 * Returns undefined and leaves `reader.fault` where it is anything else.
 */
export function readAddress (reader: ComponentReader): WebSocketAddress | undefined {
  const address: WebSocketAddress = { host: '', port: 0, secure: false, form: 'ws' }

  if (readHost(reader, address) && readPort(reader, address) && readSecurity(reader, address) && readTail(reader, address)) {
    return address
  }
}

function readHost (reader: ComponentReader, address: WebSocketAddress): boolean {
  switch (reader.protocol) {
    case 'ip4':
      return readIPv4(reader, address)
    case 'ip6':
      return readIPv6(reader, address)
    case 'ip6zone':
      return readZone(reader, address) && readIPv6(reader, address)
    case 'dns':
      return readName(reader, address)
    case 'dns4':
      address.family = 4
      return readName(reader, address)
    case 'dns6':
      address.family = 6
      return readName(reader, address)
    case 'dnsaddr':
      return reader.refuse('has to be resolved first; it stands for a list of addresses')
    default:
      return reader.refuse('expected /ip4, /ip6, /ip6zone, /dns, /dns4 or /dns6')
  }
}

function readIPv4 (reader: ComponentReader, address: WebSocketAddress): boolean {
  const value = reader.value()

  if (!isIPv4(value)) {
    return reader.refuse('not an IPv4 address', value)
  }

  address.host = value
  address.family = 4
  reader.advance()

  return true
}

function readZone (reader: ComponentReader, address: WebSocketAddress): boolean {
  const value = reader.value()

  if (!isIPv6Zone(value)) {
    return reader.refuse('not an IPv6 zone: 1 to 64 printable ASCII characters without / and %', value)
  }

  address.zone = value
  reader.advance()

  return reader.protocol === 'ip6' || reader.refuse('expected /ip6 after /ip6zone')
}

function readIPv6 (reader: ComponentReader, address: WebSocketAddress): boolean {
  const value = reader.value()
  const host = canonicalIPv6(value)

  if (host === undefined) {
    return reader.refuse('not an IPv6 address', value)
  }

  address.host = host
  address.family = 6
  reader.advance()

  return true
}

function readName (reader: ComponentReader, address: WebSocketAddress): boolean {
  const name = readDnsName(reader)

  if (name === undefined) {
    return false
  }

  address.host = name

  return true
}

function readDnsName (reader: ComponentReader): string | undefined {
  const value = reader.value()
  const fault = dnsNameFault(value)

  if (fault !== undefined) {
    reader.refuse(fault, value)
    return
  }

  reader.advance()

  return value
}

function readPort (reader: ComponentReader, address: WebSocketAddress): boolean {
  if (reader.protocol !== 'tcp') {
    address.implicitPort = true
    return true
  }

  const value = reader.value()
  const port = parsePort(value)

  if (port === -1) {
    return reader.refuse('not a port, 0 to 65535 without leading zeros', value)
  }

  address.port = port
  reader.advance()

  return true
}

function readSecurity (reader: ComponentReader, address: WebSocketAddress): boolean {
  switch (reader.protocol) {
    case 'ws':
      break
    case 'wss':
      address.form = 'wss'
      address.secure = true
      break
    case 'tls':
      if (!readTls(reader, address)) {
        return false
      }
      break
    default:
      return reader.refuse(address.implicitPort === true ? 'expected /tcp, /ws, /wss or /tls' : 'expected /ws, /wss or /tls')
  }

  if (address.implicitPort === true) {
    address.port = defaultPort(address.secure)
  }

  reader.advance()

  return true
}

function readTls (reader: ComponentReader, address: WebSocketAddress): boolean {
  address.form = 'tls/ws'
  address.secure = true
  reader.advance()

  if (reader.protocol === 'sni') {
    const name = readDnsName(reader)

    if (name === undefined) {
      return false
    }

    address.sni = name
  }

  return reader.protocol === 'ws' || reader.refuse(address.sni === undefined ? 'expected /ws or /sni after /tls' : 'expected /ws after /sni')
}

function readTail (reader: ComponentReader, address: WebSocketAddress): boolean {
  while (reader.protocol !== undefined) {
    if ((reader.protocol === 'p2p' || reader.protocol === 'ipfs') && address.peerId === undefined) {
      if (!readPeerId(reader, address)) {
        return false
      }
    } else if (reader.protocol === 'http-path' && address.path === undefined) {
      if (!readPath(reader, address)) {
        return false
      }
    } else {
      return reader.refuse('unexpected; the WebSocket part can be followed by one /http-path and one /p2p')
    }
  }

  return true
}

function readPeerId (reader: ComponentReader, address: WebSocketAddress): boolean {
  const value = reader.value()
  const peerId = canonicalPeerId(value)

  if (peerId === undefined) {
    return reader.refuse('not a peer id: a SHA-256 or identity multihash in base58, or a CID of one', value)
  }

  address.peerId = peerId
  reader.advance()

  return true
}

function readPath (reader: ComponentReader, address: WebSocketAddress): boolean {
  const value = reader.value()
  const path = reader.toPath(value)

  // The root path is implied and has no string form.
  if (path === undefined || path === '/' || !isHttpPath(path)) {
    return reader.refuse('not a percent-encoded HTTP path', value)
  }

  address.path = path

  if (address.peerId !== undefined) {
    address.pathAfterPeerId = true
  }

  reader.advance()

  return true
}
