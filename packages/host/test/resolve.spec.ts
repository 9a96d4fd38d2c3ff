import { defaultLogger } from '@libp2p/logger'
import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import fc from 'fast-check'
import { resolveMultiaddr } from '../src/dialing/resolve.ts'
import { dnsaddrResolver } from '../src/index.ts'
import type { DNS } from '@multiformats/dns'

const PEER_A = '12D3KooWSExt8hTzoaHEhn435BTK6BPNSY1LpTc1j2o9Gw53tXE1'
const PEER_B = '12D3KooWD5At1PYcuSoR9KfUvyKmoi1j4Uh5v3UaFGoZsoz9Gh9t'
const log = defaultLogger().forComponent('test')

/** A DNS of TXT records by name. */
function dnsOf (records: Record<string, string[]>): DNS {
  return {
    query: async name => {
      const answers = records[name]

      if (answers == null) {
        throw Object.assign(new Error('no records'), { name: 'DNSQueryFailedError', errors: [Object.assign(new Error(), { name: 'EmptyDNSAnswerError' })] })
      }

      return { Answer: answers.map(data => ({ name, type: 16, TTL: 1, data })) } as any
    }
  }
}

async function resolve (address: string, records: Record<string, string[]>): Promise<string[]> {
  return (await resolveMultiaddr(multiaddr(address), { dnsaddr: dnsaddrResolver }, { dns: dnsOf(records), log })).map(String)
}

describe('dnsaddr', () => {
  it('leaves other addresses alone', async () => {
    expect(await resolve('/ip4/1.2.3.4/tcp/1', {})).to.deep.equal(['/ip4/1.2.3.4/tcp/1'])
    expect(await resolve('/dns4/a.example/tcp/1', {})).to.deep.equal(['/dns4/a.example/tcp/1'])
  })

  it('takes the addresses of TXT records, quoted or not, and of names in them', async () => {
    expect(await resolve('/dnsaddr/a.example', {
      '_dnsaddr.a.example': ['"dnsaddr=/ip4/1.2.3.4/tcp/1"', 'dnsaddr=/dnsaddr/b.example', 'v=spf1 -all'],
      '_dnsaddr.b.example': ['dnsaddr=/ip6/2001:db8::1/tcp/2']
    })).to.deep.equal(['/ip4/1.2.3.4/tcp/1', '/ip6/2001:db8::1/tcp/2'])
  })

  it('takes those of the peer that the address names', async () => {
    const records = { '_dnsaddr.a.example': [`dnsaddr=/ip4/1.2.3.4/tcp/1/p2p/${PEER_A}`, `dnsaddr=/ip4/1.2.3.4/tcp/2/p2p/${PEER_B}`, 'dnsaddr=/ip4/1.2.3.4/tcp/3'] }

    expect(await resolve(`/dnsaddr/a.example/p2p/${PEER_B}`, records)).to.deep.equal([`/ip4/1.2.3.4/tcp/2/p2p/${PEER_B}`])
    expect(await resolve('/dnsaddr/a.example', records)).to.have.lengthOf(3)
  })

  it('is no address at all when there are no records', async () => {
    expect(await resolve('/dnsaddr/a.example', {})).to.be.empty()
  })

  it('fails when the DNS does', async () => {
    const failure = new Error('no network')

    await expect(resolveMultiaddr(multiaddr('/dnsaddr/a.example'), { dnsaddr: dnsaddrResolver }, { dns: { query: async () => { throw failure } }, log })).to.eventually.be.rejectedWith(failure)
  })

  it('does not go round in circles for ever', async () => {
    await expect(resolve('/dnsaddr/a.example', { '_dnsaddr.a.example': ['dnsaddr=/dnsaddr/a.example'] })).to.eventually.be.rejected
      .with.property('name', 'RecursionLimitError')
  })

  it('survives whatever is in the records', async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.oneof(fc.string(), fc.string().map(value => `dnsaddr=${value}`))), async records => {
      await resolve('/dnsaddr/a.example', { '_dnsaddr.a.example': [...records.filter(record => !record.includes('/dnsaddr')), 'dnsaddr=/ip4/1.2.3.4/tcp/1'] })
        .then(addresses => { expect(addresses).to.include('/ip4/1.2.3.4/tcp/1') })
    }))
  })
})
