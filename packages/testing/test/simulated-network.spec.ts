import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import fc from 'fast-check'
import { FakeClock, SimulatedNetwork } from '../src/index.ts'
import { ADDRESS, Received, Simulation } from './helpers/simulation.ts'

const LATENCY = 50

describe('SimulatedNetwork, connecting', () => {
  it('takes one round trip at the dialer, and half of one more until the far end accepts', async () => {
    const simulation = new Simulation({ link: { latency: LATENCY } })
    await simulation.listen()

    await simulation.clock.runUntil(simulation.dial())
    expect(simulation.clock.now()).to.equal(2 * LATENCY)
    expect(simulation.accepted).to.have.length(0)

    await simulation.clock.advanceAsync(LATENCY)
    expect(simulation.accepted).to.have.length(1)
    expect(simulation.accepted[0]?.connection.remoteAddr.toString()).to.match(/^\/ip4\/198\.51\.100\.1\/tcp\/\d+$/)
    expect(simulation.network.sockets().map(({ host, direction, state }) => `${host.name} ${direction} ${state}`))
      .to.deep.equal(['near outbound open', 'far inbound open'])
  })

  it('is refused after one round trip where nobody listens', async () => {
    const simulation = new Simulation({ link: { latency: LATENCY } })

    await expect(simulation.clock.runUntil(simulation.dial())).to.eventually.be.rejectedWith(ADDRESS)
      .with.property('code', 'ECONNREFUSED')
    expect(simulation.clock.now()).to.equal(2 * LATENCY)
    expect(simulation.network.sockets()).to.deep.equal([])
    expect(simulation.clock.pending).to.equal(0)
  })

  for (const [name, address] of [['no host has the address', '/ip4/203.0.113.9/tcp/1'], ['packets are dropped', ADDRESS]] as const) {
    it(`gets no answer and times out when ${name}`, async () => {
      const simulation = new Simulation()
      await simulation.listen()
      simulation.network.fault('/ip4/192.0.2.1', 'drop')

      await expect(simulation.clock.runUntil(simulation.dial(address))).to.eventually.be.rejectedWith(address)
        .with.property('code', 'ETIMEDOUT')
      expect(simulation.clock.now()).to.equal(127_000)
      expect(simulation.accepted).to.deep.equal([])
      expect(simulation.clock.pending).to.equal(0)
    })
  }

  it('fails at once where the dialer has no address of that family', async () => {
    const simulation = new Simulation()

    await expect(simulation.dial('/ip6/2001:db8::1/tcp/1')).to.eventually.be.rejected().with.property('code', 'ENETUNREACH')
    expect(simulation.clock.now()).to.equal(0)
  })

  it('finds a host by its name', async () => {
    const simulation = new Simulation()
    await simulation.listen('/dns4/far.example/tcp/443/tls/ws')

    const connection = await simulation.clock.runUntil(simulation.dial('/dns4/far.example/tcp/443/tls/ws'))
    expect(connection.remoteAddr.toString()).to.equal('/dns4/far.example/tcp/443/tls/ws')
  })

  it('leaves nothing behind when the dial is aborted, at whatever time', async () => {
    for (const at of [0, 30, LATENCY, 60, 99]) {
      const simulation = new Simulation({ link: { latency: LATENCY } })
      await simulation.listen()
      const controller = new AbortController()
      const dial = simulation.dial(ADDRESS, controller.signal)
      simulation.clock.setTimeout(() => { controller.abort() }, at)

      await expect(simulation.clock.runUntil(dial)).to.eventually.be.rejected().with.property('name', 'AbortError')
      expect(simulation.clock.now(), `aborted at ${at}`).to.equal(at)
      expect(simulation.network.sockets()).to.deep.equal([])
      expect(simulation.clock.pending).to.equal(0)
      expect(simulation.accepted).to.deep.equal([])
    }
  })

  it('does not even start with a signal that has aborted', async () => {
    const simulation = new Simulation()
    await simulation.listen()

    await expect(simulation.dial(ADDRESS, AbortSignal.abort())).to.eventually.be.rejected().with.property('name', 'AbortError')
    expect(simulation.clock.pending).to.equal(0)
  })

  it('sends a SYN again that was lost, after 1 s, then 2 s, …', async () => {
    const simulation = new Simulation({ link: { latency: 10 } })
    await simulation.listen()
    const partition = simulation.network.partition(simulation.near, simulation.far)
    simulation.clock.setTimeout(() => { partition.heal() }, 2_500)

    await simulation.clock.runUntil(simulation.dial())
    expect(simulation.clock.now()).to.equal(3_020)
  })

  it('listens on all addresses of a family, and gives a free port', async () => {
    const simulation = new Simulation()
    const host = simulation.network.addHost({ addresses: ['/ip4/10.1.0.1', '/ip4/10.1.0.2', '/ip6/2001:db8::1'] })
    const listener = await simulation.listen('/ip4/0.0.0.0/tcp/0/ws', host)

    expect(listener.getAddrs().map(String)).to.deep.equal(['/ip4/10.1.0.1/tcp/49152/ws', '/ip4/10.1.0.2/tcp/49152/ws'])
    await simulation.clock.runUntil(simulation.dial('/ip4/10.1.0.2/tcp/49152/ws'))

    expect((await simulation.listen('/ip6/::/tcp/0', host)).getAddrs().map(String)).to.deep.equal(['/ip6/2001:db8::1/tcp/49153'])
  })

  it('refuses an address in use, and one that is not its own', async () => {
    const simulation = new Simulation()
    const listener = await simulation.listen()

    await expect(simulation.listen()).to.eventually.be.rejectedWith(ADDRESS).with.property('code', 'EADDRINUSE')
    await expect(simulation.listen('/ip4/192.0.2.7/tcp/1')).to.eventually.be.rejected().with.property('code', 'EADDRNOTAVAIL')

    await listener.close()
    await simulation.listen()
  })

  it('refuses what no host or link can be, naming it', () => {
    const network = new SimulatedNetwork({ clock: new FakeClock() })
    const a = network.addHost({ addresses: ['/ip4/10.0.0.1'] })
    const b = network.addHost()

    expect(() => network.addHost({ addresses: ['/ip4/10.0.0.1'] })).to.throw('/ip4/10.0.0.1 belongs to host-1')
    expect(() => network.addHost({ addresses: ['/ip4/10.0.0.1/tcp/1'] })).to.throw('/ip4/10.0.0.1/tcp/1')
    expect(() => network.addHost({ addresses: [] })).to.throw('needs an address')

    for (const options of [{ loss: 1 }, { loss: -0.1 }, { latency: NaN }, { latency: -1 }, { bandwidth: 0 }]) {
      expect(() => { network.setLink(a, b, options) }).to.throw(`${Object.values(options)}`).with.property('code', 'ERR_INVALID_VALUE')
    }

    expect(() => network.fault(ADDRESS, { cutAfter: 0 })).to.throw('cutAfter')
  })
})

describe('SimulatedNetwork, carrying bytes', () => {
  it('brings them one latency later, plus the time that the bandwidth takes', async () => {
    const simulation = new Simulation({ link: { latency: LATENCY, bandwidth: 100_000 } })
    await simulation.listen()
    const [near, far] = await simulation.connect()
    const received = new Received(far, simulation.clock)
    const start = simulation.clock.now()

    near.send(new Uint8Array(10_000))
    await simulation.clock.advanceAsync(1_000)
    expect(received.length).to.equal(10_000)
    expect(received.lastAt - start).to.equal(LATENCY + 100)
  })

  it('shares the bandwidth of a link between its connections', async () => {
    const simulation = new Simulation({ link: { latency: 0, bandwidth: 1_000_000 } })
    await simulation.listen()
    const pairs = [await simulation.connect(), await simulation.connect()]
    const received = pairs.map(([, far]) => new Received(far, simulation.clock))
    const start = simulation.clock.now()

    pairs.forEach(([near]) => near.send(new Uint8Array(50_000)))
    await simulation.clock.advanceAsync(1_000)
    expect(received.map(({ length, lastAt }) => [length, lastAt - start])).to.deep.equal([[50_000, 50], [50_000, 100]])
  })

  it('lets no more than a window under way, so that a long link limits the rate', async () => {
    const simulation = new Simulation({ link: { latency: LATENCY }, window: 100_000 })
    await simulation.listen()
    const [near, far] = await simulation.connect()
    const received = new Received(far, simulation.clock)
    const start = simulation.clock.now()

    near.send(new Uint8Array(300_000))
    await simulation.clock.advanceAsync(1_000)
    expect(received.length).to.equal(300_000)
    // three windows, the second and third each waiting for a round trip
    expect(received.lastAt - start).to.be.within(5 * LATENCY, 5 * LATENCY + 1)
  })

  it('hands over a copy: the sender may reuse its buffer', async () => {
    const simulation = new Simulation()
    await simulation.listen()
    const [near, far] = await simulation.connect()
    const received = new Received(far, simulation.clock)
    const buffer = Uint8Array.of(1, 2, 3)

    near.send(buffer)
    buffer.fill(0)
    await simulation.clock.advanceAsync(10)
    expect([...received.bytes]).to.deep.equal([1, 2, 3])
  })

  it('shows loss as delay, the same for the same seed', async () => {
    const run = async (seed: number, loss: number): Promise<number> => {
      const simulation = new Simulation({ seed, link: { latency: LATENCY } })
      await simulation.listen()
      const [near, far] = await simulation.connect()
      const received = new Received(far, simulation.clock)
      simulation.network.setLink(simulation.near, simulation.far, { loss })
      near.send(new Uint8Array(1_000_000))
      await simulation.clock.advanceAsync(60_000)
      expect(received.length).to.equal(1_000_000)

      return received.lastAt
    }

    const clean = await run(1, 0)
    const lossy = await run(1, 0.05)
    expect(lossy).to.be.above(clean)
    expect(await run(1, 0.05)).to.equal(lossy)
    expect(await run(2, 0.05)).to.not.equal(lossy)
  })

  it('stops the writer while the reader pauses, and loses nothing', async () => {
    const simulation = new Simulation({ window: 10_000, sendBuffer: 5_000 })
    await simulation.listen()
    const [near, far] = await simulation.connect()
    const received = new Received(far, simulation.clock)
    far.pause()
    let sent = 0

    while (near.send(new Uint8Array(1_000).fill(sent / 1_000))) {
      sent += 1_000
    }

    sent += 1_000
    await simulation.clock.advanceAsync(60_000)
    expect(sent).to.equal(15_000)
    expect(near.writableNeedsDrain).to.equal(true)
    expect(received.length).to.equal(0)
    expect(far.readBufferLength).to.equal(0)

    far.resume()
    await simulation.clock.runUntil(near.onDrain())
    await simulation.clock.advanceAsync(100)
    expect(received.length).to.equal(15_000)
    expect(received.bytes.every((byte, index) => byte === Math.floor(index / 1_000))).to.equal(true)
  })

  it('brings every byte once and in order, whatever the link, the pieces and the pauses', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('send' as const), size: fc.integer({ min: 0, max: 5_000 }) }),
      fc.record({ kind: fc.constantFrom('pause' as const, 'resume' as const) }),
      fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 500 }) })
    )
    const link = fc.record({ latency: fc.integer({ min: 0, max: 300 }), loss: fc.constantFrom(0, 0.01, 0.3), bandwidth: fc.constantFrom(Infinity, 10_000) })

    await fc.assert(fc.asyncProperty(link, fc.integer(), fc.array(step, { maxLength: 30 }), async (link, seed, steps) => {
      const simulation = new Simulation({ link, seed, window: 4_000, sendBuffer: 1_000 })
      await simulation.listen()
      const [near, far] = await simulation.connect().catch((err: Error & { code?: string }) => {
        // a link that loses so much may lose every try of the handshake
        fc.pre(link.loss < 0.3 || err.code !== 'ETIMEDOUT')
        throw err
      })
      const received = new Received(far, simulation.clock)
      const sent: number[] = []

      for (const step of steps) {
        if (step.kind === 'send') {
          const data = Uint8Array.from({ length: step.size }, (_, index) => (sent.length + index) * 31)
          sent.push(...data)
          near.send(data)
        } else if (step.kind === 'wait') {
          await simulation.clock.advanceAsync(step.ms)
        } else {
          far[step.kind]()
        }
      }

      far.resume()
      await simulation.clock.runUntil(near.close())
      await simulation.clock.advanceAsync(3_600_000)
      expect([...received.bytes]).to.deep.equal(sent)
      expect(received.closed).to.deep.equal({ error: undefined, local: undefined })
      expect(simulation.network.sockets()).to.deep.equal([])
      expect(simulation.clock.pending).to.equal(0)
    }), { numRuns: 50, examples: [[{ latency: 0, loss: 0.3, bandwidth: Infinity }, -1990459172, []]] })
  })

  it('tells the far end of an abort one latency later', async () => {
    const simulation = new Simulation({ link: { latency: LATENCY } })
    await simulation.listen()
    const [near, far] = await simulation.connect()
    const received = new Received(far, simulation.clock)

    near.abort(new Error('enough'))
    await simulation.clock.advanceAsync(LATENCY - 1)
    expect(far.status).to.equal('open')

    await simulation.clock.advanceAsync(1)
    expect(far.status).to.equal('reset')
    expect(received.closed?.error).to.have.property('name', 'StreamResetError')
    expect(simulation.network.sockets()).to.deep.equal([])
    expect(simulation.clock.pending).to.equal(0)
  })
})

describe('SimulatedNetwork, faults', () => {
  it('refuses, at one port or at all, until healed', async () => {
    const simulation = new Simulation()
    await simulation.listen()
    await simulation.listen('/ip4/192.0.2.1/tcp/40')
    const fault = simulation.network.fault('/ip4/192.0.2.1/tcp/40', 'refuse')

    await expect(simulation.clock.runUntil(simulation.dial('/ip4/192.0.2.1/tcp/40'))).to.eventually.be.rejected().with.property('code', 'ECONNREFUSED')
    await simulation.clock.runUntil(simulation.dial(ADDRESS))

    fault.heal()
    await simulation.clock.runUntil(simulation.dial('/ip4/192.0.2.1/tcp/40'))

    simulation.network.fault('/ip4/192.0.2.1', 'refuse')
    await expect(simulation.clock.runUntil(simulation.dial(ADDRESS))).to.eventually.be.rejected().with.property('code', 'ECONNREFUSED')
  })

  it('stalls: the connection stands, nobody accepts it, and the writer is told to wait in the end', async () => {
    const simulation = new Simulation({ window: 1_000, sendBuffer: 500 })
    await simulation.listen()
    simulation.network.fault(ADDRESS, 'stall')

    const connection = await simulation.clock.runUntil(simulation.dial())
    expect(connection.send(new Uint8Array(2_000))).to.equal(false)
    await simulation.clock.advanceAsync(60_000)
    expect(connection.status).to.equal('open')
    expect(connection.writableNeedsDrain).to.equal(true)
    expect(simulation.accepted).to.deep.equal([])

    connection.abort(new Error('enough'))
    await simulation.clock.advanceAsync(10)
    expect(simulation.network.sockets()).to.deep.equal([])
    expect(simulation.clock.pending).to.equal(0)
  })

  it('cuts a connection after so many bytes, both ends at once', async () => {
    const simulation = new Simulation()
    await simulation.listen()
    simulation.network.fault(ADDRESS, { cutAfter: 1_500 })
    const [near, far] = await simulation.connect()
    const ends = [new Received(near, simulation.clock), new Received(far, simulation.clock)]

    near.send(new Uint8Array(1_000))
    await simulation.clock.advanceAsync(10)
    far.send(new Uint8Array(1_000))
    await simulation.clock.advanceAsync(10)

    expect(ends.map(({ length }) => length)).to.deep.equal([500, 1_000])
    expect(ends.map(({ closed }) => closed?.error?.name)).to.deep.equal(['StreamResetError', 'StreamResetError'])
    expect(simulation.network.sockets()).to.deep.equal([])
  })

  it('cuts what is open when told to, and nothing else', async () => {
    const simulation = new Simulation()
    await simulation.listen()
    await simulation.listen('/ip4/192.0.2.1/tcp/2')
    const [near, far] = await simulation.connect()
    const other = await simulation.clock.runUntil(simulation.dial('/ip4/192.0.2.1/tcp/2'))

    simulation.network.cut(ADDRESS)
    expect([near.status, far.status, other.status]).to.deep.equal(['reset', 'reset', 'open'])
  })

  for (const [name, disturb] of [
    ['a partition', (simulation: Simulation) => simulation.network.partition(simulation.near, [simulation.far])],
    ['dropped packets', (simulation: Simulation) => simulation.network.fault(ADDRESS, 'drop')]
  ] as const) {
    it(`falls silent under ${name} and goes on once it is healed`, async () => {
      const simulation = new Simulation()
      await simulation.listen()
      const [near, far] = await simulation.connect()
      const received = new Received(far, simulation.clock)
      const disturbance = disturb(simulation)

      near.send(Uint8Array.of(1))
      await simulation.clock.advanceAsync(10_000)
      expect(received.length).to.equal(0)
      expect([near.status, far.status]).to.deep.equal(['open', 'open'])

      disturbance.heal()
      disturbance.heal()
      near.send(Uint8Array.of(2))
      await simulation.clock.advanceAsync(10_000)
      expect([...received.bytes]).to.deep.equal([1, 2])
    })
  }

  it('does not tell the far end of an abort while nothing gets through', async () => {
    const simulation = new Simulation()
    await simulation.listen()
    const [near, far] = await simulation.connect()
    simulation.network.partition(simulation.near, simulation.far)

    near.abort(new Error('enough'))
    simulation.network.heal()
    await simulation.clock.advanceAsync(60_000)
    expect(far.status).to.equal('open')
    expect(simulation.network.sockets().map(({ host }) => host.name)).to.deep.equal(['far'])
  })

  it('gives up after fifteen retransmissions in vain, as TCP does', async () => {
    const simulation = new Simulation()
    await simulation.listen()
    const [near] = await simulation.connect()
    const received = new Received(near, simulation.clock)
    simulation.network.partition(simulation.near, simulation.far)
    const start = simulation.clock.now()

    near.send(Uint8Array.of(1))
    await simulation.clock.runUntil(new Promise(resolve => { near.addEventListener('close', resolve) }))
    expect(received.closed?.error).to.have.property('code', 'ETIMEDOUT')
    // Linux documentation, tcp_retries2: "15 … corresponds to … 924.6 seconds"
    expect(simulation.clock.now() - start).to.equal(924_600)
  })

  it('heals everything at once', async () => {
    const simulation = new Simulation()
    await simulation.listen()
    simulation.network.fault(ADDRESS, 'refuse')
    simulation.network.partition(simulation.near, simulation.far)
    simulation.network.partition([simulation.near], [simulation.far])

    simulation.network.heal()
    await simulation.clock.runUntil(simulation.dial())
    expect(simulation.clock.now()).to.equal(2)
  })

  it('refuses to dial what it does not carry, naming it', async () => {
    const simulation = new Simulation()

    for (const address of ['/ip4/1.2.3.4', '/ip4/1.2.3.4/udp/53', '/memory/1', `${ADDRESS}/p2p-circuit`]) {
      await expect(simulation.dial(address)).to.eventually.be.rejectedWith(`${multiaddr(address)}`).with.property('code', 'ERR_INVALID_VALUE')
    }
  })
})
