import { defaultLogger } from '@libp2p/logger'
import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import * as fc from 'fast-check'
import { dnsaddrResolver } from '../src/index.ts'

const PEER = '12D3KooWJRdJ2V9ZEQ2LUw9PpPRGY9NV5vqNpVeFuqQk1dDQdB1a'
const OTHER = '12D3KooWQYhTNQdmr3ArTeUHRYzFg94BKyTkoWBDWez9kSCVe2Xo'
const log = defaultLogger().forComponent('test')

async function resolve (address: string, records: string[]): Promise<string[]> {
  const names: string[] = []
  const resolver = dnsaddrResolver(async name => {
    names.push(name)

    return records
  })
  const found = await resolver.resolve(multiaddr(address), { log })
  expect(names).to.deep.equal(['_dnsaddr.example.com'])

  return found.map(String)
}

describe('the dnsaddr resolver', () => {
  it('takes addresses that begin with dnsaddr', () => {
    const { canResolve } = dnsaddrResolver(async () => [])

    expect(['/dnsaddr/example.com', `/dnsaddr/example.com/p2p/${PEER}`, '/dns4/example.com/tcp/1', '/ip4/1.2.3.4/tcp/1'].map(address => canResolve(multiaddr(address))))
      .to.deep.equal([true, true, false, false])
  })

  it('returns what the records say', async () => {
    expect(await resolve('/dnsaddr/example.com', [`dnsaddr=/ip4/1.2.3.4/tcp/1/p2p/${PEER}`, 'dnsaddr=/dnsaddr/other.example']))
      .to.deep.equal([`/ip4/1.2.3.4/tcp/1/p2p/${PEER}`, '/dnsaddr/other.example'])
  })

  it('of an address that names a peer, returns what names it too', async () => {
    expect(await resolve(`/dnsaddr/example.com/p2p/${PEER}`, [
      `dnsaddr=/ip4/1.2.3.4/tcp/1/p2p/${PEER}`,
      `dnsaddr=/ip4/1.2.3.4/tcp/2/p2p/${OTHER}`,
      `dnsaddr=/ip4/1.2.3.4/tcp/3/p2p/${OTHER}/p2p-circuit/p2p/${PEER}`,
      'dnsaddr=/ip4/1.2.3.4/tcp/4'
    ])).to.deep.equal([`/ip4/1.2.3.4/tcp/1/p2p/${PEER}`, `/ip4/1.2.3.4/tcp/3/p2p/${OTHER}/p2p-circuit/p2p/${PEER}`])
  })

  it('property: whatever the records are, it leaves out what cannot be read', async () => {
    const record = fc.oneof(fc.string(), fc.string().map(text => `dnsaddr=${text}`), fc.string().map(text => `dnsaddr=/ip4/${text}`))

    await fc.assert(fc.asyncProperty(fc.array(record), async records => {
      const found = await resolve('/dnsaddr/example.com', [...records, 'dnsaddr=/ip4/1.2.3.4/tcp/1'])

      expect(found.at(-1)).to.equal('/ip4/1.2.3.4/tcp/1')
    }))
  })
})
