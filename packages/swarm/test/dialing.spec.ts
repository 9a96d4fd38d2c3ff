import { tcp } from '@libp2p/tcp'
import { multiaddrConnectionPair } from '@libp2p/utils'
import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import { closeAll, echo, introduce, makeSwarm } from './swarms.ts'
import type { PeerId } from '@libp2p/interface'

describe('dialing', () => {
  afterEach(closeAll)

  it('asks peer routing when the addresses that it knows do not work, and not before', async () => {
    const b = await makeSwarm()
    let asked = 0
    const peerRouting = {
      findPeer: async (id: PeerId) => {
        asked++
        return { id, multiaddrs: b.listenAddresses() }
      }
    }
    const a = await makeSwarm({ peerRouting })
    await introduce(a, b)
    await a.dialPeer(b.localPeer)
    expect(asked).to.equal(0)

    const c = await makeSwarm({ peerRouting })
    await c.peerStore.merge(b.localPeer, { multiaddrs: [multiaddr('/ip4/127.0.0.1/tcp/1')] })
    await expect(c.dialPeer(b.localPeer)).to.eventually.have.property('status', 'open')
    expect(asked).to.equal(1)
  })

  it('has a closed connection say so', async () => {
    const [a, b] = await Promise.all([makeSwarm(), makeSwarm()])
    const connection = await a.dialAddresses(b.listenAddresses())
    await connection.close()

    await expect(connection.newStream('/echo')).to.eventually.be.rejected.with.property('code', 'ERR_CONNECTION_CLOSED')
  })

  it('refuses a connection to an address that it did not dial and may not', async () => {
    const b = await makeSwarm()
    const [address = multiaddr()] = b.listenAddresses()
    // a transport that goes elsewhere than it was told to
    const astray: typeof tcp = init => components => {
      const transport = tcp(init)(components)
      const dial = transport.dial.bind(transport)
      transport.dial = async (_address, options) => dial(address, options)

      return transport
    }
    const c = await makeSwarm({ transports: [astray()], connectionGater: { denyDialMultiaddr: asked => asked.toString().startsWith(address.toString()) } })

    await expect(c.dialAddresses([multiaddr('/ip4/127.0.0.1/tcp/1')])).to.eventually.be.rejected
      .with.nested.property('dialErrors[0].cause.code', 'ERR_ADDRESS_FILTERED')
    expect(c.conns()).to.be.empty()
  })

  it('leaves an address alone for a while after it failed', async () => {
    const [a, b] = await Promise.all([makeSwarm(), makeSwarm()])
    const address = multiaddr('/ip4/127.0.0.1/tcp/1')
    await a.peerStore.merge(b.localPeer, { multiaddrs: [address] })
    await expect(a.dialPeer(b.localPeer)).to.eventually.be.rejected.with.nested.property('cause.code', 'ERR_ALL_DIALS_FAILED')

    expect(a.backoff?.wait(b.localPeer, address)).to.be.above(0)
    await expect(a.dialPeer(b.localPeer)).to.eventually.be.rejected.with.nested.property('cause.code', 'ERR_DIAL_BACKOFF')
    a.backoff?.clear(b.localPeer)
    expect(a.backoff?.wait(b.localPeer, address)).to.equal(0)
  })

  it('finds the transport for an address', async () => {
    const a = await makeSwarm({ listen: [] })
    const [transport] = a.transports()

    expect(a.transportForDialing(multiaddr('/ip4/1.2.3.4/tcp/1'))).to.equal(transport)
    expect(a.transportForListening(multiaddr('/ip4/127.0.0.1/tcp/0'))).to.equal(transport)
    expect(a.transportForDialing(multiaddr('/ip4/1.2.3.4/udp/1/quic-v1'))).to.equal(undefined)
    expect(a.transportForListening(multiaddr('/ip4/127.0.0.1/tcp/0/ws'))).to.equal(undefined)
  })

  it('is limited to a peer that only a limited connection leads to', async () => {
    const [a, b] = await Promise.all([makeSwarm(), makeSwarm()])
    const [toB, toA] = multiaddrConnectionPair()
    const signal = AbortSignal.timeout(5_000)
    await Promise.all([
      a.upgrader.upgradeOutbound(toB, { signal, limits: { seconds: 60 } }),
      b.upgrader.upgradeInbound(toA, { signal })
    ])

    expect(a.connectedness(b.localPeer)).to.equal('limited')
    expect(b.connectedness(a.localPeer)).to.equal('connected')
    await expect(a.newStream(b.localPeer, '/echo')).to.eventually.be.rejected()
    b.handle('/echo', echo)
    await expect(a.newStream(b.localPeer, '/echo', { runOnLimitedConnection: true })).to.eventually.have.property('status', 'open')
  })
})
