import { isIPv6 } from 'node:net'

const V4_IN_V6 = /^::ffff:(?=\d+\.)/i

/**
 * What sessions of one client are counted by: its IPv4 address, or the /64 of
 * its IPv6 address, since whoever has one of those has all of it.
 */
export function clientKey (remoteAddress: string): string {
  const address = remoteAddress.replace(V4_IN_V6, '')

  if (!isIPv6(address)) {
    return address
  }

  const [head = '', tail] = address.replace(/%.*/, '').split('::')
  const groups = (text: string): string[] => text === '' ? [] : text.split(':')
  const left = groups(head)
  const right = groups(tail ?? '')
  const zeros = tail === undefined ? [] : Array<string>(8 - left.length - right.length).fill('0')

  return [...left, ...zeros, ...right].slice(0, 4).map(group => group.replace(/^0+(?=.)/, '')).join(':') + '::/64'
}
