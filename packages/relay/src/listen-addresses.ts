import { isIPv4, isIPv6 } from 'node:net'
import { InvalidValueError } from '@libp2p-ws/core'
import { multiaddr } from '@multiformats/multiaddr'
import type { Multiaddr } from '@multiformats/multiaddr'

/** Peers of a relay that serves this machine only are not reachable from outside either. */
export function defaultListenAddress (addr: string): string {
  if (isIPv4(addr)) {
    return `/ip4/${addr}/tcp/0/ws`
  }

  if (isIPv6(addr) && addr !== '::') {
    return `/ip6/${addr}/tcp/0/ws`
  }

  return addr === 'localhost' ? '/ip4/127.0.0.1/tcp/0/ws' : '/ip4/0.0.0.0/tcp/0/ws'
}

/** @throws {InvalidValueError} naming the text that is no multiaddr */
export function readMultiaddr (parameter: string, text: string): Multiaddr {
  try {
    return multiaddr(text)
  } catch (err) {
    throw new InvalidValueError(parameter, text, `${parameter} "${text}" is not a multiaddr (${(err as Error).message})`)
  }
}

/**
 * For the peer of a session: the relay's own peer has the port, if one was
 * named, so it gets a free one on the same host.
 */
export function withFreePort (address: Multiaddr): Multiaddr {
  return multiaddr(address.toString().replace(/\/tcp\/\d+/, '/tcp/0'))
}
