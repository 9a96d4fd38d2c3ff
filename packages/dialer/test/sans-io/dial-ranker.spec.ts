import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import * as fc from 'fast-check'
import { defaultDialRanker, noDelayDialRanker } from '../../src/index.ts'
import { favor } from '../../src/sans-io/dial-ranker.ts'

const PEER = '12D3KooWJRdJ2V9ZEQ2LUw9PpPRGY9NV5vqNpVeFuqQk1dDQdB1a'

// go's names: q QUIC, wt WebTransport, t TCP; v6 where it is IPv6; public
const q1 = '/ip4/1.2.3.4/udp/1/quic-v1'
const q2 = '/ip4/1.2.3.4/udp/2/quic-v1'
const q3 = '/ip4/1.2.3.4/udp/3/quic-v1'
const q1v6 = '/ip6/1::2/udp/1/quic-v1'
const q2v6 = '/ip6/1::2/udp/2/quic-v1'
const q3v6 = '/ip6/1::2/udp/3/quic-v1'
const wt1 = '/ip4/1.2.3.4/udp/1/quic-v1/webtransport'
const t1 = '/ip4/1.2.3.5/tcp/1'
const t1v6 = '/ip6/1::2/tcp/1'
const t2 = '/ip4/1.2.3.4/tcp/2'
const t3 = '/ip4/1.2.3.4/tcp/3'
const webrtc = '/ip4/1.2.3.4/udp/1/webrtc-direct'
const webrtcv6 = '/ip6/1::2/udp/1/webrtc-direct'
const onion = '/onion3/vww6ybal4bd7szmgncyruucpgfkqahzddi37ktceo3ah7ngmcopnpyyd:1234'
const onlyIp = '/ip4/1.2.3.4'
const relayTcp = `/ip4/1.2.3.4/tcp/1/p2p-circuit/p2p/${PEER}`
const relayQuic = `/ip4/1.2.3.4/udp/1/quic/p2p-circuit/p2p/${PEER}`

type Ranking = Array<[address: string, delay: number]>

function rank (addresses: string[], ranker = defaultDialRanker): Ranking {
  return ranker(addresses.map(address => multiaddr(address))).map(({ address, delay }) => [address.toString(), delay])
}

describe('the default dial ranker', () => {
  // the cases and their names are those of go-libp2p's dial_ranker_test.go
  const cases: Array<[name: string, ranking: Ranking]> = [
    ['quic-ipv4', [[q1, 0], [q2, 250], [q3, 250]]],
    ['quic-ipv6', [[q1v6, 0], [q2v6, 250], [q3v6, 250]]],
    ['quic-ip4-ip6', [[q1v6, 0], [q2, 250]]],
    ['quic-quic-v1-webtransport', [[q1v6, 0], [q1, 250], [q2, 500], [q3, 500], [wt1, 500]]],
    ['wt-ranking', [[q1v6, 0], [wt1, 250], [q2v6, 500], [q3v6, 500]]],
    ['quic-with-tcp-ip6-ip4', [[q1v6, 0], [q1, 250], [q2v6, 500], [q3v6, 500], [q2, 500], [t1v6, 750], [t1, 1_000], [t2, 1_250], [t3, 1_250]]],
    ['quic-ip4-with-tcp', [[q1, 0], [t1v6, 250], [t1, 500], [t2, 750]]],
    ['quic-ip4-with-tcp-ipv4', [[q1, 0], [t1, 250], [t2, 500], [t3, 500]]],
    ['quic-ip4-with-two-tcp', [[q1, 0], [t1v6, 250], [t2, 500]]],
    ['tcp-ip4-ip6', [[t1v6, 0], [t1, 250], [t2, 500], [t3, 500]]],
    ['empty', []],
    ['relay address delayed', [[q1, 0], [q2, 250], [relayQuic, 500], [relayTcp, 750]]],
    ['quic-with-other', [[q1v6, 0], [q1, 250], [webrtcv6, 1_250], [webrtc, 1_250], [onlyIp, 1_250], [onion, 2_250]]],
    ['quic-and-tcp-with-other', [[q1, 0], [t1v6, 250], [t1, 500], [webrtcv6, 1_500], [webrtc, 1_500], [onlyIp, 1_500], [onion, 2_500]]],
    ['only-non-ip-addr', [[onion, 1_000]]]
  ]

  for (const [name, ranking] of cases) {
    it(`go: ${name}`, () => {
      expect(rank(ranking.map(([address]) => address).reverse())).to.have.deep.members(ranking)
    })
  }

  // what dial_ranker_test.go does not have, and the ranker's comment says
  const ours: Array<[name: string, ranking: Ranking]> = [
    ['private addresses wait 30 ms, and 100 ms for other transports', [
      ['/ip4/192.168.1.1/udp/1/quic-v1', 0],
      ['/ip4/192.168.1.1/tcp/1', 30],
      ['/ip4/192.168.1.1/tcp/2', 60],
      ['/ip4/192.168.1.1/udp/1/webrtc-direct', 160]
    ]],
    ['private and public addresses run side by side', [['/ip4/127.0.0.1/tcp/1', 0], [t1, 0], ['/ip4/127.0.0.1/tcp/2', 30], [t3, 250]]],
    ['relayed addresses do not wait for private ones', [['/ip4/127.0.0.1/tcp/1', 0], [relayTcp, 0]]],
    ['a DNS name is dialed with the public addresses, behind the IP addresses', [['/ip4/1.2.3.4/tcp/9000/ws', 0], ['/dns4/example.com/tcp/443/wss', 250]]],
    ['a DNS name alone is dialed at once', [['/dns/example.com/tcp/443/wss', 0]]],
    ['localhost is private', [['/dns4/localhost/tcp/1/ws', 0], ['/dns4/localhost/tcp/2/ws', 30]]],
    ['TCP goes before WebSocket, at the same port', [['/ip4/1.2.3.5/tcp/1', 0], ['/ip4/1.2.3.4/tcp/1/ws', 250]]],
    ['a WebSocket without a port counts as TCP', [['/dns4/example.com/ws', 0], ['/ip4/1.2.3.4/udp/1/webrtc-direct', 1_000]]]
  ]

  for (const [name, ranking] of ours) {
    it(name, () => {
      expect(rank(ranking.map(([address]) => address).reverse())).to.deep.equal(ranking)
    })
  }

  it('ranks every address once, earliest first, whatever their order', () => {
    const any = fc.uniqueArray(fc.constantFrom(...cases.flatMap(([, ranking]) => ranking.map(([address]) => address))))

    fc.assert(fc.property(any, addresses => {
      const ranking = rank(addresses)
      const delays = ranking.map(([, delay]) => delay)

      expect(ranking.map(([address]) => address)).to.have.members(addresses)
      expect(delays).to.deep.equal([...delays].sort((a, b) => a - b))
    }))
  })

  it('does not change what it is given', () => {
    const addresses = [t2, t1, q1].map(address => multiaddr(address))
    defaultDialRanker(Object.freeze(addresses))

    expect(addresses.map(String)).to.deep.equal([t2, t1, q1])
  })
})

describe('the ranker without delays', () => {
  it('go: dials everything at once', () => {
    expect(rank([q1, wt1, t1, webrtc], noDelayDialRanker)).to.deep.equal([[q1, 0], [wt1, 0], [t1, 0], [webrtc, 0]])
  })
})

describe('a favorite address', () => {
  it('goes first, and the others keep their distances one step later', () => {
    const ranking = defaultDialRanker([t1v6, t1, t2].map(address => multiaddr(address)))
    const favorite = ranking[1]

    expect(favorite == null ? [] : favor(ranking, favorite).map(({ address, delay }) => [address.toString(), delay])).to.deep.equal([[t1, 0], [t1v6, 250], [t2, 750]])
  })

  it('changes nothing where it is first already', () => {
    const ranking = defaultDialRanker([t1v6, t1].map(address => multiaddr(address)))
    const favorite = ranking[0]

    expect(favorite == null ? [] : favor(ranking, favorite)).to.equal(ranking)
  })
})
