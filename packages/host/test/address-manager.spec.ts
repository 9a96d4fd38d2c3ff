import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import { eventually } from './fixtures/eventually.ts'
import { IMPLEMENTATIONS, OURS } from './fixtures/implementations.ts'
import { Nodes } from './fixtures/nodes.ts'
import type { CreateLibp2p } from './fixtures/implementations.ts'
import type { AddressManagerInit } from '../src/index.ts'
import type { Libp2p, Listener } from '@libp2p/interface'
import type { AddressManager } from '@libp2p/interface-internal'

interface Node {
  node: Libp2p
  addressManager: AddressManager
}

const PUBLIC = '/ip4/81.1.2.3/tcp/4001'
const nodes = new Nodes()

/** A node whose only transport listens on `transportAddresses`, whatever it is asked to listen on. */
async function nodeOn (createLibp2p: CreateLibp2p, transportAddresses: string[], addresses: AddressManagerInit = {}): Promise<Node> {
  let addressManager: AddressManager | undefined
  const node = nodes.add(await createLibp2p({
    addresses: { listen: transportAddresses.length === 0 ? [] : ['/ip4/127.0.0.1/tcp/0'], ...addresses },
    transports: [() => transportAt(transportAddresses)],
    services: { spy: (components: any) => { addressManager = components.addressManager; return {} } }
  }))

  return { node, addressManager: addressManager as AddressManager }
}

function announced ({ node }: Node): string[] {
  return node.getMultiaddrs().map(address => address.decapsulate(`/p2p/${node.peerId}`).toString())
}

for (const { createLibp2p, name } of IMPLEMENTATIONS) {
  describe(`addresses of ${name}`, () => {
    afterEach(async () => { await nodes.stop() })

    it('are private ones that transports listen on, and public ones once they are confirmed', async () => {
      const node = await nodeOn(createLibp2p, ['/ip4/127.0.0.1/tcp/4001', '/ip4/81.1.2.3/tcp/4001', '/ip4/81.1.2.3/tcp/4002'])
      expect(announced(node)).to.deep.equal(['/ip4/127.0.0.1/tcp/4001'])

      node.addressManager.confirmObservedAddr(multiaddr('/ip4/81.1.2.3/tcp/4001'))
      expect(announced(node)).to.deep.equal(['/ip4/127.0.0.1/tcp/4001', '/ip4/81.1.2.3/tcp/4001'])

      node.addressManager.removeObservedAddr(multiaddr('/ip4/81.1.2.3/tcp/4001'))
      expect(announced(node)).to.deep.equal(['/ip4/127.0.0.1/tcp/4001'])
    })

    it('are to be verified again after addressVerificationTTL, or addressVerificationRetry when they were not reached', async () => {
      const { addressManager } = await nodeOn(createLibp2p, [PUBLIC], { addressVerificationTTL: 1_000_000, addressVerificationRetry: 2_000_000 })
      const [before, address] = [Date.now(), multiaddr(PUBLIC)]
      const expires = (): number => addressManager.getAddressesWithMetadata()[0]?.expires ?? 0

      expect(expires()).to.equal(0)
      addressManager.confirmObservedAddr(address)
      expect(expires()).to.be.within(before + 1_000_000, Date.now() + 1_000_000)
      addressManager.removeObservedAddr(address)
      expect(expires()).to.be.within(before + 2_000_000, Date.now() + 2_000_000)
    })

    it('end in the id of the node, once', async () => {
      const { node } = await nodeOn(createLibp2p, [], { announce: ['/dns4/a.example/tcp/1'] })
      const withId = await nodeOn(createLibp2p, [], { announce: [`/dns4/a.example/tcp/1/p2p/${node.peerId}`] })

      expect(node.getMultiaddrs().map(String)).to.deep.equal([`/dns4/a.example/tcp/1/p2p/${node.peerId}`])
      expect(withId.node.getMultiaddrs()).to.have.lengthOf(1)
    })

    it('are those to announce and nothing else, when there are any', async () => {
      const node = await nodeOn(createLibp2p, ['/ip4/127.0.0.1/tcp/4001'], { announce: ['/dns4/a.example/tcp/1', '/dns4/a.example/tcp/1'] })

      expect(announced(node)).to.deep.equal(['/dns4/a.example/tcp/1'])
    })

    it('are complemented by those to append, and filtered last', async () => {
      const node = await nodeOn(createLibp2p, ['/ip4/127.0.0.1/tcp/4001', '/ip4/127.0.0.1/tcp/4002'], {
        appendAnnounce: ['/dns4/a.example/tcp/1'],
        announceFilter: addresses => addresses.filter(address => !address.toString().includes('4002'))
      })

      expect(announced(node)).to.deep.equal(['/ip4/127.0.0.1/tcp/4001', '/dns4/a.example/tcp/1'])
    })

    it('come to the peer store, for identify to send', async () => {
      const { node } = await nodeOn(createLibp2p, ['/ip4/127.0.0.1/tcp/4001'])

      await eventually(async () => (await node.peerStore.get(node.peerId)).addresses.map(({ multiaddr }) => multiaddr.toString()).join() === '/ip4/127.0.0.1/tcp/4001')
    })

    it('are observed by others, and announced when they are confirmed', async () => {
      const node = await nodeOn(createLibp2p, [], { maxObservedAddresses: 2 })
      const { addressManager } = node

      for (const address of ['/ip4/192.168.1.1/tcp/1', '/dns4/a.example/tcp/1', '/ip4/81.1.2.3/tcp/1', '/ip4/81.1.2.3/tcp/2', '/ip4/81.1.2.3/tcp/3']) {
        addressManager.addObservedAddr(multiaddr(address))
      }

      expect(addressManager.getObservedAddrs().map(String)).to.deep.equal(['/ip4/81.1.2.3/tcp/1', '/ip4/81.1.2.3/tcp/2'])
      expect(announced(node)).to.be.empty()
      addressManager.confirmObservedAddr(multiaddr(`/ip4/81.1.2.3/tcp/1/p2p/${node.node.peerId}`))
      expect(announced(node)).to.deep.equal(['/ip4/81.1.2.3/tcp/1'])
      addressManager.removeObservedAddr(multiaddr('/ip4/81.1.2.3/tcp/1'))
      expect(announced(node)).to.be.empty()
    })

    it('are those of a router that maps a port, once that is confirmed', async () => {
      const node = await nodeOn(createLibp2p, ['/ip4/192.168.1.1/tcp/4001/ws', '/ip4/192.168.1.1/tcp/4002/ws'])
      node.addressManager.addPublicAddressMapping('192.168.1.1', 4001, '81.1.2.3', 8000)
      expect(announced(node)).to.deep.equal(['/ip4/192.168.1.1/tcp/4001/ws', '/ip4/192.168.1.1/tcp/4002/ws'])

      node.addressManager.confirmObservedAddr(multiaddr('/ip4/81.1.2.3/tcp/8000/ws'))
      expect(announced(node)).to.deep.equal(['/ip4/192.168.1.1/tcp/4001/ws', '/ip4/192.168.1.1/tcp/4002/ws', '/ip4/81.1.2.3/tcp/8000/ws'])

      expect(node.addressManager.getAddressesWithMetadata().filter(({ type }) => type === 'ip-mapping')).to.have.lengthOf(1)

      node.addressManager.removePublicAddressMapping('192.168.1.1', 4001, '81.1.2.3', 8000)
      expect(announced(node)).to.deep.equal(['/ip4/192.168.1.1/tcp/4001/ws', '/ip4/192.168.1.1/tcp/4002/ws'])
    })

    it('take an observed address of the only listener for a mapped port', async () => {
      const node = await nodeOn(createLibp2p, ['/ip4/127.0.0.1/tcp/4001/ws', '/ip4/192.168.1.1/tcp/4001/ws'])
      node.addressManager.addObservedAddr(multiaddr('/ip4/81.1.2.3/tcp/8000/ws'))
      node.addressManager.confirmObservedAddr(multiaddr('/ip4/81.1.2.3/tcp/8000/ws'))

      expect(node.addressManager.getAddressesWithMetadata().filter(({ verified }) => verified).map(({ multiaddr, type }) => `${type} ${multiaddr}`)).to.deep.equal([
        'transport /ip4/127.0.0.1/tcp/4001/ws',
        'transport /ip4/192.168.1.1/tcp/4001/ws',
        'ip-mapping /ip4/81.1.2.3/tcp/8000/ws'
      ])
    })

    it('name the certificate of an IP that has one', async () => {
      const node = await nodeOn(createLibp2p, ['/ip4/127.0.0.1/tcp/4001/tls/ws', '/ip4/81.1.2.3/tcp/4001/tls/ws', '/ip4/127.0.0.1/tcp/4002'])
      node.addressManager.addDNSMapping('a.example', ['127.0.0.1', '81.1.2.3'])
      expect(announced(node).sort()).to.deep.equal(['/ip4/127.0.0.1/tcp/4001/tls/sni/a.example/ws', '/ip4/127.0.0.1/tcp/4002'])

      node.addressManager.confirmObservedAddr(multiaddr('/ip4/81.1.2.3/tcp/4001/tls/sni/a.example/ws'))
      expect(announced(node)).to.include('/ip4/81.1.2.3/tcp/4001/tls/sni/a.example/ws')
    })
  })
}

describe('addresses, where libp2p-ws goes its own way', () => {
  afterEach(async () => { await nodes.stop() })

  it('are never those in noAnnounce', async () => {
    const node = await nodeOn(OURS.createLibp2p, ['/ip4/127.0.0.1/tcp/4001', '/ip4/127.0.0.1/tcp/4002'], { noAnnounce: ['/ip4/127.0.0.1/tcp/4001'] })

    expect(announced(node)).to.deep.equal(['/ip4/127.0.0.1/tcp/4002'])
  })

  it('no longer name a certificate whose mapping was removed', async () => {
    const node = await nodeOn(OURS.createLibp2p, ['/ip4/127.0.0.1/tcp/4001/tls/ws'])
    node.addressManager.addDNSMapping('a.example', ['127.0.0.1'])
    node.addressManager.removeDNSMapping('a.example')

    expect(announced(node)).to.deep.equal(['/ip4/127.0.0.1/tcp/4001/tls/ws'])
  })
})

function transportAt (addresses: string[]): any {
  return {
    [Symbol.toStringTag]: 'fixed',
    dialFilter: () => [],
    listenFilter: (asked: unknown[]) => asked,
    createListener: (): Listener => {
      const listener = Object.assign(new EventTarget(), {
        listen: async () => { listener.dispatchEvent(new Event('listening')) },
        close: async () => { listener.dispatchEvent(new Event('close')) },
        getAddrs: () => addresses.map(address => multiaddr(address)),
        updateAnnounceAddrs: () => {}
      })

      return listener as any
    }
  }
}
