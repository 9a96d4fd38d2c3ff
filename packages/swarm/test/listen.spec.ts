import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import { closeAll, makeSwarm } from './swarms.ts'

describe('listening', () => {
  afterEach(closeAll)

  it('gives the port that the system gave', async () => {
    const swarm = await makeSwarm()

    expect(swarm.listenAddresses().join()).to.match(/^\/ip4\/127\.0\.0\.1\/tcp\/[1-9]\d*$/)
  })

  it('keeps the wildcard in listenAddresses and expands it in interfaceListenAddresses', async () => {
    const swarm = await makeSwarm({ listen: [multiaddr('/ip4/0.0.0.0/tcp/0')] })
    const [address] = swarm.listenAddresses()
    const port = address?.getComponents()[1]?.value

    expect(address?.toString()).to.equal(`/ip4/0.0.0.0/tcp/${port}`)
    expect(swarm.interfaceListenAddresses().map(String)).to.include(`/ip4/127.0.0.1/tcp/${port}`)
    expect(swarm.interfaceListenAddresses().map(String)).to.not.include(address?.toString())
  })

  it('is content with one address that works', async () => {
    const swarm = await makeSwarm({ listen: [] })
    await swarm.listen(multiaddr('/ip4/127.0.0.1/tcp/0'), multiaddr('/ip4/127.0.0.1/udp/9/quic-v1'))

    expect(swarm.listenAddresses()).to.have.lengthOf(1)
  })

  it('names every address and its cause when none works', async () => {
    const taken = await makeSwarm()
    const [address] = taken.listenAddresses()
    const swarm = await makeSwarm({ listen: [] })
    const quic = multiaddr('/ip4/127.0.0.1/udp/9/quic-v1')

    await expect(swarm.listen(...taken.listenAddresses(), quic)).to.eventually.be.rejected
      .with.property('failures').that.satisfies((failures: Array<{ address: unknown, cause: Error & { code?: string } }>) => {
        expect(failures.map(failure => String(failure.address))).to.deep.equal([String(address), String(quic)])
        expect(failures[0]?.cause.message).to.include('EADDRINUSE')
        expect(failures[1]?.cause.name).to.equal('NoTransportError')
        return true
      })
    expect(swarm.listenAddresses()).to.be.empty()
  })

  it('closes one listener at run time', async () => {
    const swarm = await makeSwarm({ listen: [multiaddr('/ip4/127.0.0.1/tcp/0'), multiaddr('/ip4/127.0.0.1/tcp/0')] })
    const [first, second] = swarm.listenAddresses()

    if (first == null || second == null) {
      throw new Error('two addresses were asked for')
    }

    await expect(swarm.removeListenAddr(first)).to.eventually.equal(true)
    await expect(swarm.removeListenAddr(first)).to.eventually.equal(false)
    expect(swarm.listenAddresses().map(String)).to.deep.equal([second.toString()])
  })
})
