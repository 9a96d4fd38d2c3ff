import { InvalidValueError } from '@libp2p-ws/core'
import { CODE_DNS, CODE_DNS4, CODE_DNS6, CODE_IP4, CODE_IP6, CODE_P2P, CODE_P2P_CIRCUIT, CODE_TCP, CODE_UDP, multiaddr } from '@multiformats/multiaddr'
import type { Component, Multiaddr } from '@multiformats/multiaddr'

const HOST_CODES: readonly number[] = [CODE_IP4, CODE_IP6, CODE_DNS, CODE_DNS4, CODE_DNS6]

/** What the simulated network knows of an address: it routes by the host and finds the listener by the whole. */
export interface Endpoint {
  /** Without /p2p. */
  address: Multiaddr

  /** Such as `/ip4/192.0.2.1`. */
  host: string
  port: number

  /** What follows host and port, such as /ws. */
  protocols: Component[]
}

/**
 * `undefined` when the network does not carry this address: it takes any host,
 * then /tcp/PORT with or without something behind it, or /udp/PORT with
 * something behind it; no circuits.
 */
export function parseEndpoint (address: Multiaddr): Endpoint | undefined {
  const components = address.getComponents()
  const last = components.at(-1)
  const [host, transport, ...protocols] = last?.code === CODE_P2P ? components.slice(0, -1) : components

  if (host == null || transport == null || !HOST_CODES.includes(host.code) || components.some(({ code }) => code === CODE_P2P_CIRCUIT)) {
    return undefined
  }

  if (transport.code !== CODE_TCP && !(transport.code === CODE_UDP && protocols.length > 0)) {
    return undefined
  }

  return { address: multiaddr([host, transport, ...protocols]), host: `${multiaddr([host])}`, port: Number(transport.value), protocols }
}

/** @throws {InvalidValueError} when the network does not carry `address` */
export function toEndpoint (address: Multiaddr): Endpoint {
  const endpoint = parseEndpoint(address)

  if (endpoint == null) {
    throw new InvalidValueError('address', address, `the simulated network does not carry ${address}`)
  }

  return endpoint
}

/** The same endpoint at another host and port. */
export function moveEndpoint ({ address, protocols }: Endpoint, host: string, port: number): Endpoint {
  const [, transport] = address.getComponents()
  const [hostComponent] = multiaddr(host).getComponents()

  if (transport == null || hostComponent == null) {
    throw new InvalidValueError('host', host, `${host} is no host`)
  }

  return { address: multiaddr([hostComponent, { code: transport.code, name: transport.name, value: `${port}` }, ...protocols]), host, port, protocols }
}

/** @throws {InvalidValueError} unless `address` is one host, such as /ip4/192.0.2.1 */
export function toHostAddress (address: string | Multiaddr): string {
  const components = multiaddr(address).getComponents()
  const [host] = components

  if (host == null || components.length !== 1 || !HOST_CODES.includes(host.code)) {
    throw new InvalidValueError('address', address, `a host's address is one of /ip4, /ip6, /dns, /dns4 and /dns6 and nothing more, got ${address}`)
  }

  return `${multiaddr([host])}`
}
