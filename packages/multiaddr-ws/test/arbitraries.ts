import fc from 'fast-check'
import { base58btc } from 'multiformats/bases/base58'
import { parseWebSocketMultiaddr } from '../src/index.ts'
import { valid } from './vectors.ts'
import type { WebSocketAddress } from '../src/index.ts'
import type { NetAddress } from '@libp2p-ws/core'
import type { Arbitrary } from 'fast-check'

/** A string with one of `first` in front, of `rest` after it. */
function textOf (characters: string, constraints: { minLength: number, maxLength: number }): Arbitrary<string> {
  return fc.string({ unit: fc.constantFrom(...characters), ...constraints })
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz'

const label = textOf(`${LETTERS}${LETTERS.toUpperCase()}0123456789-_`, { minLength: 1, maxLength: 63 })

/** The last label begins with a letter, so the name does not end in a number. */
export const dnsName: Arbitrary<string> = fc.tuple(
  fc.array(label, { maxLength: 2 }),
  textOf(LETTERS, { minLength: 1, maxLength: 8 }),
  fc.constantFrom('', '.')
).map(([labels, last, dot]) => `${[...labels, last].join('.')}${dot}`)

/** Words that are often zero, so that runs of zeros are met. */
const ip6 = fc.array(fc.oneof(fc.constant(0), fc.nat(0xffff)), { minLength: 8, maxLength: 8 })
  .map(words => parseWebSocketMultiaddr(`/ip6/${words.map(word => word.toString(16)).join(':')}/ws`).host)

const zone = fc.string({ unit: fc.integer({ min: 0x21, max: 0x7e }).map(code => String.fromCharCode(code)).filter(character => character !== '/' && character !== '%'), minLength: 1, maxLength: 64 })

export const peerId: Arbitrary<string> = fc.tuple(
  fc.constantFrom([0x12, 0x20], [0x00, 0x24, 0x08, 0x01, 0x12, 0x20], [0x00, 0x25, 0x08, 0x02, 0x12, 0x21, 0x02], [0x00, 0x20]),
  fc.uint8Array({ minLength: 32, maxLength: 32 })
).map(([prefix, key]) => base58btc.baseEncode(Uint8Array.from([...prefix, ...key])))

const path = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 })
  // eslint-disable-next-line no-control-regex
  .map(text => `/${text.replace(/[\u0000-\u001f\u007f]/g, '/')}`)

const port = fc.nat(65_535)

export const netAddress: Arbitrary<NetAddress> = fc.oneof(
  fc.record({ host: fc.ipV4(), port, family: fc.constant(4 as const) }),
  fc.record({ host: ip6, port, family: fc.constant(6 as const), zone }, { requiredKeys: ['host', 'port', 'family'] }),
  fc.record({ host: dnsName, port, family: fc.constantFrom(4 as const, 6 as const) }, { requiredKeys: ['host', 'port'] })
)

const security = fc.oneof(
  fc.constantFrom({ secure: false, form: 'ws' as const }, { secure: true, form: 'wss' as const }),
  fc.record({ secure: fc.constant(true), form: fc.constant('tls/ws' as const), sni: dnsName }, { requiredKeys: ['secure', 'form'] })
)

const tail = fc.oneof(
  fc.record({ path, peerId }, { requiredKeys: [] }),
  fc.record({ path, peerId, pathAfterPeerId: fc.constant(true as const) })
)

/** Any address as the parser returns it. */
export const webSocketAddress: Arbitrary<WebSocketAddress> = fc.tuple(netAddress, security, tail, fc.boolean())
  .map(([net, how, rest, implicitPort]): WebSocketAddress => ({
    ...net,
    ...how,
    ...rest,
    ...(implicitPort ? { implicitPort, port: how.secure ? 443 : 80 } : {})
  }))

const separators = ['/', '//', '']
const words = ['ip4', 'ip6', 'ip6zone', 'ipcidr', 'dns', 'dns4', 'dns6', 'dnsaddr', 'tcp', 'udp', 'tls', 'sni', 'ws', 'wss', 'http-path', 'p2p', 'ipfs', 'p2p-circuit', '127.0.0.1', '::1', '::ffff:1.2.3.4', 'eth0', 'example.com', '0', '80', '080', '65536', 'a%2Fb', '%', 'QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N', 'x']

/** Components in an order that may mean something or not. */
const shuffled = fc.array(fc.tuple(fc.oneof({ arbitrary: fc.constant('/'), weight: 20 }, fc.constantFrom(...separators)), fc.constantFrom(...words)), { maxLength: 12 })
  .map(pieces => pieces.flat().join(''))

/** A good address with a stretch of it replaced. */
const damaged = fc.tuple(fc.constantFrom(...valid), fc.nat(), fc.nat(8), fc.oneof(fc.string({ maxLength: 3 }), fc.constantFrom(...words), fc.constantFrom(...'/.:%01')))
  .map(([{ string }, at, length, text]) => {
    const start = at % (string.length + 1)

    return `${string.slice(0, start)}${text}${string.slice(start + length)}`
  })

/** Strings that are a multiaddr, nearly one, or nothing like it. */
export const anyString: Arbitrary<string> = fc.oneof(damaged, shuffled, fc.string({ unit: 'binary' }), fc.constantFrom(...valid).map(({ string }) => string))
