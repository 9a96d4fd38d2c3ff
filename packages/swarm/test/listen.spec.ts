import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import { TypedEventEmitter } from 'main-event'
import { closeAll, makeSwarm } from './swarms.ts'
import type { Libp2pEvents, Listener, ListenerEvents } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

class TestListener extends TypedEventEmitter<ListenerEvents> implements Listener {
  readonly address: Multiaddr
  readonly #isUp: Promise<void>

  constructor (address: string, isUp: Promise<void> = Promise.resolve()) {
    super()
    this.address = multiaddr(address)
    this.#isUp = isUp
  }

  async listen (): Promise<void> {
    await this.#isUp
    this.safeDispatchEvent('listening')
  }

  async close (): Promise<void> {
    this.safeDispatchEvent('close')
  }

  getAddrs (): Multiaddr[] {
    return [this.address]
  }

  updateAnnounceAddrs (): void {}
}

function transportOf (...listeners: TestListener[]): any {
  return { dialFilter: () => [], listenFilter: (addresses: Multiaddr[]) => addresses, createListener: () => listeners.shift() }
}

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

  it('keeps the order in which addresses were asked for, whichever works first', async () => {
    const isUp = Promise.withResolvers<void>()
    const [slow, fast] = [new TestListener('/ip4/127.0.0.1/tcp/1', isUp.promise), new TestListener('/ip4/127.0.0.1/tcp/2')]
    const swarm = await makeSwarm({ listen: [], transports: [() => transportOf(slow, fast)] })
    const isSlowUp = swarm.addListenAddr(slow.address)
    await swarm.addListenAddr(fast.address)
    expect(swarm.listeners()).to.deep.equal([fast])
    isUp.resolve()
    await isSlowUp

    expect(swarm.listeners()).to.deep.equal([slow, fast])
    expect(swarm.listenAddresses().map(String)).to.deep.equal([slow, fast].map(({ address }) => address.toString()))
  })

  it('says that addresses changed each time a listener does, and that it listens once', async () => {
    const listener = new TestListener('/ip4/127.0.0.1/tcp/1')
    const events = new TypedEventEmitter<Libp2pEvents>()
    const swarm = await makeSwarm({ listen: [], transports: [() => transportOf(listener)], events })
    const seen: string[] = []
    events.addEventListener('transport:listening', () => { seen.push('event') })
    events.addEventListener('transport:close', () => { seen.push('close') })
    swarm.notify({ listen: () => { seen.push('notifiee') } })

    await swarm.addListenAddr(listener.address)
    listener.safeDispatchEvent('listening')
    await swarm.close()

    expect(seen).to.deep.equal(['notifiee', 'event', 'event', 'close'])
  })
})
