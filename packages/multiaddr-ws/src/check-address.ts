import { dnsNameFault } from './dns-name.ts'
import { toText, WebSocketAddressError } from './errors.ts'
import { isHttpPath } from './http-path.ts'
import { isIPv4, isIPv6Zone } from './ip.ts'
import { canonicalIPv6 } from './ipv6.ts'
import { canonicalPeerId } from './peer-id.ts'
import { isPort } from './port.ts'
import { defaultPort } from './web-socket-address.ts'
import type { WebSocketAddress, WebSocketAddressInit, WebSocketForm } from './web-socket-address.ts'
import type { NetAddress } from '@libp2p-ws/core'

/** Throws the error for a field of an address: its name, its value and what is wrong with it. */
type RefuseField = (field: string, fieldValue: unknown, reason: string) => never

/**
 * Checks an address that may be made by hand, and fills in what it leaves out.
 * An error says what the caller handed in: `value`, which is a `parameter`, such as `url`.
 */
export function checkAddress (init: WebSocketAddressInit, parameter: string, value: unknown): WebSocketAddress {
  const refuse: RefuseField = (field, fieldValue, reason) => {
    throw new WebSocketAddressError(parameter, value, `${field}: ${toText(fieldValue)}`, reason)
  }

  if (typeof init !== 'object' || init === null) {
    throw new WebSocketAddressError(parameter, value, '', 'not an object')
  }

  const form = formOf(init, refuse)
  const address: WebSocketAddress = { ...checkNetAddress(init, refuse), secure: form !== 'ws', form }

  if (init.implicitPort === true) {
    if (address.port !== defaultPort(address.secure)) {
      refuse('implicitPort', true, `only the port ${defaultPort(address.secure)} can be left out of a multiaddr of the form ${form}`)
    }

    address.implicitPort = true
  }

  if (init.sni !== undefined) {
    address.sni = checkServerName(init.sni, form, refuse)
  }

  if (init.path !== undefined && init.path !== '/') {
    address.path = checkPath(init.path, refuse)
  }

  if (init.peerId !== undefined) {
    address.peerId = checkPeerId(init.peerId, refuse)
  }

  if (init.pathAfterPeerId === true) {
    if (address.path === undefined || address.peerId === undefined) {
      refuse('pathAfterPeerId', true, 'an order needs both a path and a peer id')
    }

    address.pathAfterPeerId = true
  }

  return address
}

function checkNetAddress (init: NetAddress, refuse: RefuseField): NetAddress {
  if (typeof init.host !== 'string') {
    refuse('host', init.host, 'not a string')
  }

  if (!isPort(init.port)) {
    refuse('port', init.port, 'not an integer from 0 to 65535')
  }

  if (init.family !== undefined && init.family !== 4 && init.family !== 6) {
    refuse('family', init.family, 'neither 4 nor 6')
  }

  const address = checkHost(init, refuse)

  if (init.family !== undefined) {
    if (address.family !== undefined && address.family !== init.family) {
      refuse('family', init.family, `the host is an IPv${address.family} address`)
    }

    address.family = init.family
  }

  if (init.zone !== undefined) {
    if (!address.host.includes(':')) {
      refuse('zone', init.zone, 'only an IPv6 address has a zone')
    }

    if (typeof init.zone !== 'string' || !isIPv6Zone(init.zone)) {
      refuse('zone', init.zone, 'not 1 to 64 printable ASCII characters without / and %')
    }

    address.zone = init.zone
  }

  return address
}

function checkHost ({ host, port }: NetAddress, refuse: RefuseField): NetAddress {
  if (isIPv4(host)) {
    return { host, port, family: 4 }
  }

  const ip6 = canonicalIPv6(host)

  if (ip6 !== undefined) {
    return { host: ip6, port, family: 6 }
  }

  const fault = dnsNameFault(host)

  return fault === undefined ? { host, port } : refuse('host', host, `neither an IP address nor a DNS name: ${fault}`)
}

function formOf ({ form, secure }: WebSocketAddressInit, refuse: RefuseField): WebSocketForm {
  if (secure !== undefined && typeof secure !== 'boolean') {
    refuse('secure', secure, 'not a boolean')
  }

  if (form === undefined) {
    return secure === true ? 'tls/ws' : 'ws'
  }

  if (form !== 'ws' && form !== 'wss' && form !== 'tls/ws') {
    refuse('form', form, 'none of ws, wss and tls/ws')
  }

  if (secure !== undefined && secure !== (form !== 'ws')) {
    refuse('secure', secure, `contradicts the form ${form}`)
  }

  return form
}

function checkServerName (sni: unknown, form: WebSocketForm, refuse: RefuseField): string {
  if (form !== 'tls/ws') {
    refuse('sni', sni, `has no place in the form ${form}, only in tls/ws`)
  }

  if (typeof sni !== 'string') {
    refuse('sni', sni, 'not a string')
  }

  const fault = dnsNameFault(sni)

  return fault === undefined ? sni : refuse('sni', sni, fault)
}

function checkPath (path: unknown, refuse: RefuseField): string {
  if (typeof path !== 'string' || !isHttpPath(path)) {
    refuse('path', path, 'not an HTTP path: a leading slash and no control characters')
  }

  return path
}

function checkPeerId (peerId: unknown, refuse: RefuseField): string {
  const canonical = typeof peerId === 'string' ? canonicalPeerId(peerId) : undefined

  return canonical ?? refuse('peerId', peerId, 'not a peer id: a SHA-256 or identity multihash in base58, or a CID of one')
}
