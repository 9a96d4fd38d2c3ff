import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import fc from 'fast-check'
import { base58btc } from 'multiformats/bases/base58'
import * as Digest from 'multiformats/hashes/digest'
import { dnsNameFault } from '../src/dns-name.ts'
import { isIPv4 } from '../src/ip.ts'
import { canonicalIPv6 } from '../src/ipv6.ts'
import { canonicalPeerId } from '../src/peer-id.ts'
import { parsePort } from '../src/port.ts'
import { dnsName, peerId } from './arbitraries.ts'

const RUNS = { numRuns: 5_000 }

function textOf (characters: string, maxLength: number): fc.Arbitrary<string> {
  return fc.string({ unit: fc.constantFrom(...characters), maxLength })
}

function isAccepted (text: string): boolean {
  try {
    return multiaddr(text).toString().length > 0
  } catch {
    return false
  }
}

describe('isIPv4', () => {
  it('agrees with multiaddr', () => {
    const octet = fc.oneof(fc.nat(300).map(String), textOf('0125', 4))
    const nearly = fc.array(octet, { minLength: 3, maxLength: 5 }).map(octets => octets.join('.'))

    fc.assert(fc.property(fc.oneof(fc.ipV4(), nearly, textOf('0129.', 15)), text => {
      expect(isIPv4(text)).to.equal(isAccepted(`/ip4/${text}`))
    }), RUNS)
  })
})

describe('canonicalIPv6', () => {
  it('agrees with the URL standard', () => {
    const nearly = fc.array(fc.oneof(fc.constantFrom('', '0', '1.2.3.4'), textOf('0aF', 5)), { minLength: 2, maxLength: 10 }).map(words => words.join(':'))

    fc.assert(fc.property(fc.oneof(fc.ipV6(), nearly, textOf('0fF:.1', 45)), text => {
      const host = URL.parse(`ws://[${text}]`)?.hostname

      expect(canonicalIPv6(text)).to.equal(host?.slice(1, -1))
    }), RUNS)
  })

  it('reads an embedded IPv4 address at every place', () => {
    for (const text of ['::1.2.3.4', '1::1.2.3.4', '1:2:3:4:5:6:1.2.3.4', '1:2:3:4:5::1.2.3.4', '1:2:3:4:5:6:7:1.2.3.4', '::2:3:4:5:6:7:1.2.3.4', '::1:2:3:4:5:6:7:1.2.3.4', '1.2.3.4', '1.2.3.4::', '::1.2.3', '::1.2.3.4:5', '::01.2.3.4', '::a.2.3.4']) {
      expect(canonicalIPv6(text), text).to.equal(URL.parse(`ws://[${text}]`)?.hostname.slice(1, -1))
    }
  })
})

describe('dnsNameFault', () => {
  it('finds none in a name that a URL takes as it is', () => {
    fc.assert(fc.property(fc.oneof(dnsName, fc.domain()), name => {
      expect(dnsNameFault(name)).to.be.undefined()
      expect(URL.parse(`ws://${name}`)?.hostname).to.equal(name.toLowerCase())
    }), RUNS)
  })

  it('finds one in whatever a URL takes for something else', () => {
    fc.assert(fc.property(fc.oneof(textOf('0x1aF.', 12), textOf('a1.-_:@/?#[]% \t', 12)), text => {
      if (dnsNameFault(text) === undefined) {
        expect(URL.parse(`ws://${text}`)?.hostname).to.equal(text.toLowerCase())
      }
    }), RUNS)
  })

  it('counts the characters', () => {
    const name = `${`${'a'.repeat(63)}.`.repeat(3)}${'a'.repeat(61)}`

    expect(name).to.have.lengthOf(253)
    expect(dnsNameFault(name)).to.be.undefined()
    expect(dnsNameFault(`${name}.`)).to.be.undefined()
    expect(dnsNameFault(`${name}a`)).to.be.a('string')
    expect(dnsNameFault(`${name}..`)).to.be.a('string')
  })
})

describe('canonicalPeerId', () => {
  /** What the id is by decoding it, which the ids in use are spared. */
  function decoded (text: string): string | undefined {
    try {
      const { code, size } = Digest.decode(base58btc.baseDecode(text))

      return code === 0 || (code === 0x12 && size === 32) ? text : undefined
    } catch {}
  }

  it('is what decoding gives, for good ids and ids with a character changed', () => {
    fc.assert(fc.property(peerId, fc.nat(), fc.constantFrom(...'19AHKTZaz0OIl/'), fc.boolean(), (id, at, character, change) => {
      const text = change ? `${id.slice(0, at % id.length)}${character}${id.slice(at % id.length + 1)}` : id

      if (text.startsWith('1') || text.startsWith('Qm')) {
        expect(canonicalPeerId(text)).to.equal(decoded(text))
      }
    }), RUNS)
  })

  it('is what decoding gives around the first and last id of each usual kind', () => {
    const kinds = [[0x12, 0x20], [0x00, 0x24, 0x08, 0x01, 0x12, 0x20], [0x00, 0x25, 0x08, 0x02, 0x12, 0x21]]

    for (const prefix of kinds) {
      const length = prefix.length === 6 && prefix[5] === 0x21 ? 33 : 32

      for (const fill of [0x00, 0xff]) {
        const bytes = Uint8Array.from([...prefix, ...new Array<number>(length).fill(fill)])
        const edge = base58btc.baseEncode(bytes)

        for (const text of [edge, `${edge.slice(0, -1)}1`, `${edge.slice(0, -1)}z`, `${edge.slice(0, -2)}zz`, `${edge.slice(0, -2)}11`]) {
          expect(canonicalPeerId(text), text).to.equal(decoded(text))
        }
      }
    }
  })
})

describe('parsePort', () => {
  it('agrees with multiaddr', () => {
    fc.assert(fc.property(fc.oneof(fc.nat(70_000).map(String), textOf('0123-+.e xX', 6)), text => {
      const port = parsePort(text)

      expect(port !== -1).to.equal(text !== '' && isAccepted(`/tcp/${text}`))
      expect(String(port)).to.equal(port === -1 ? '-1' : text)
    }), RUNS)
  })
})
