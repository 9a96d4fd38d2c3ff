import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import { dialer } from '../src/index.ts'
import { FakeNetwork, randomPeer, wait } from './support/network.ts'
import { publicAddresses } from './support/world.ts'
import type { Dialer, DialerInit } from '../src/index.ts'
import type { PeerId } from '@libp2p/interface'
import type { DialerComponents } from '@libp2p-ws/core'

describe('dialer', () => {
  let self: PeerId
  let peer: PeerId
  let other: PeerId
  let network: FakeNetwork
  let running: Dialer | undefined

  before(async () => {
    [self, peer, other] = await Promise.all([randomPeer(), randomPeer(), randomPeer()])
  })

  beforeEach(() => {
    network = new FakeNetwork(self)
  })

  afterEach(async () => {
    await running?.close()
    expect(network.open, 'sockets left open').to.equal(0)
  })

  function start (components: Partial<DialerComponents> = {}, init: DialerInit = {}): Dialer {
    running = dialer({ clock: network.clock, ...init })(network.components(components))

    return running
  }

  it('connects to the address that works, and closes the rest', async () => {
    const addresses = publicAddresses(3)
    network.listen(addresses[2] ?? '', peer, 3)
    const dialed = start().dialPeer(peer, { addresses: addresses.map(a => multiaddr(a)) })
    await network.clock.advance(253)

    expect(await dialed).to.equal(network.connections[0])
    expect(network.dials.map(({ at }) => at)).to.deep.equal([0, 250, 250])
    await network.clock.advance(0)
    expect(network.open).to.equal(0)
    expect(network.clock.timers).to.equal(0)
  })

  it('finds addresses as they come', async () => {
    const [first = '', second = ''] = publicAddresses(2)
    network.listen(second, peer, 3)
    const dialed = start({
      candidates: async function * (_peer, { signal }) {
        yield { address: multiaddr(first), source: 'peer-store' }
        await wait(network.clock, 5_000, signal)
        yield { address: multiaddr(second), source: 'peer-routing' }
      }
    }).dialPeer(peer)
    await network.clock.advance(5_003)

    expect(await dialed).to.equal(network.connections[0])
  })

  it('refuses another peer', async () => {
    const [address = ''] = publicAddresses(1)
    network.listen(address, other, 3)
    const dialed = start().dialPeer(peer, { addresses: [multiaddr(address)] })
    const refused = expect(dialed).to.eventually.be.rejected.with.nested.property('dialErrors[0].cause.code', 'ERR_UNEXPECTED_PEER')
    await network.clock.advance(3)

    await refused
    expect(network.connections[0]).to.have.property('isAborted', true)
  })
})
