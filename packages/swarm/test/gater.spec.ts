import { multiaddrConnectionPair } from '@libp2p/utils'
import { expect } from 'aegir/chai'
import { interceptorGater } from '../src/index.ts'
import { closeAll, introduce, makeSwarm } from './swarms.ts'
import type { ConnectionGater } from '@libp2p/interface'
import type { ConnectionInterceptor } from '@libp2p-ws/core'

const OUTBOUND: Array<keyof ConnectionGater> = ['denyDialPeer', 'denyDialMultiaddr', 'denyOutboundConnection', 'denyOutboundEncryptedConnection', 'denyOutboundUpgradedConnection']
const INBOUND: Array<keyof ConnectionGater> = ['denyInboundConnection', 'denyInboundEncryptedConnection', 'denyInboundUpgradedConnection']

describe('gater', () => {
  afterEach(closeAll)

  for (const hook of OUTBOUND) {
    it(`${hook} keeps us from connecting, and the far end from having us`, async () => {
      const asked: unknown[] = []
      const gater: ConnectionGater = {
        [hook]: (...args: unknown[]) => {
          asked.push(args[0])
          return true
        }
      }
      const [a, b] = await Promise.all([makeSwarm({ connectionGater: gater }), makeSwarm()])
      await introduce(a, b)

      await expect(a.dialPeer(b.localPeer)).to.eventually.be.rejected()
      expect(asked).to.have.lengthOf(1)
      expect(String(asked[0])).to.include(hook === 'denyDialMultiaddr' ? '/tcp/' : b.localPeer.toString())
      expect(a.conns()).to.be.empty()
    })
  }

  for (const hook of INBOUND) {
    it(`${hook} keeps others from connecting`, async () => {
      const [a, b] = await Promise.all([makeSwarm(), makeSwarm({ connectionGater: { [hook]: () => true } })])
      let connected = 0
      b.notify({ connected: () => { connected++ } })
      await introduce(a, b)

      // the dialer may see its own upgrade through before the far end hangs up
      await a.dialPeer(b.localPeer).then(async connection => {
        if (connection.status === 'open') {
          await new Promise(resolve => { connection.addEventListener('close', resolve) })
        }
      }, () => {})

      expect(connected).to.equal(0)
      expect(b.conns()).to.be.empty()
      expect(a.conns()).to.be.empty()
    })
  }

  it('lets through what it does not refuse', async () => {
    const all = Object.fromEntries([...OUTBOUND, ...INBOUND].map(hook => [hook, async () => false]))
    const [a, b] = await Promise.all([makeSwarm({ connectionGater: all }), makeSwarm({ connectionGater: all })])
    await introduce(a, b)

    await expect(a.dialPeer(b.localPeer)).to.eventually.have.property('status', 'open')
  })

  it('filterMultiaddrForPeer keeps an address from being stored', async () => {
    const [a, b] = await Promise.all([makeSwarm({ connectionGater: { filterMultiaddrForPeer: () => false } }), makeSwarm()])
    await introduce(a, b)

    await expect(a.dialPeer(b.localPeer)).to.eventually.be.rejected.with.nested.property('cause.code', 'ERR_NO_ADDRESSES')
  })

  it('hears of both ends of a hole punch by the direction that the connection has in the end', async () => {
    const asked: Array<keyof ConnectionGater> = []
    const recorder: ConnectionGater = Object.fromEntries([...OUTBOUND, ...INBOUND].map(hook => [hook, () => { asked.push(hook) }]))
    const [a, b] = await Promise.all([makeSwarm({ connectionGater: recorder }), makeSwarm()])
    const [toB, toA] = multiaddrConnectionPair()
    const signal = AbortSignal.timeout(5_000)

    // both have dialed, and a acts as the listener
    const [connection] = await Promise.all([
      a.upgrader.upgradeOutbound(toB, { signal, initiator: false }),
      b.upgrader.upgradeOutbound(toA, { signal })
    ])

    expect(connection.direction).to.equal('inbound')
    expect(asked).to.deep.equal(['denyInboundEncryptedConnection', 'denyInboundUpgradedConnection'])
  })
})

describe('go-libp2p\'s hooks', () => {
  afterEach(closeAll)

  function recorder (refuse?: keyof ConnectionInterceptor): { asked: string[], interceptor: ConnectionInterceptor } {
    const asked: string[] = []
    const answer = (hook: keyof ConnectionInterceptor, ...facts: unknown[]): boolean => {
      asked.push([hook, ...facts].join(' '))

      return hook !== refuse
    }

    return {
      asked,
      interceptor: {
        interceptPeerDial: peer => answer('interceptPeerDial', peer),
        interceptAddrDial: (peer, address) => answer('interceptAddrDial', peer, address),
        interceptAccept: connection => answer('interceptAccept', connection.direction),
        interceptSecured: (direction, peer) => answer('interceptSecured', direction, peer),
        interceptUpgraded: (direction, peer) => answer('interceptUpgraded', direction, peer)
      }
    }
  }

  it('are asked in order, and told what is known', async () => {
    const dialer = recorder()
    const listener = recorder()
    const [a, b] = await Promise.all([
      makeSwarm({ connectionGater: interceptorGater(dialer.interceptor) }),
      makeSwarm({ connectionGater: interceptorGater(listener.interceptor) })
    ])
    await introduce(a, b)
    const connected = new Promise<void>(resolve => { b.notify({ connected: () => { resolve() } }) })
    await a.dialPeer(b.localPeer)
    await connected

    expect(dialer.asked).to.deep.equal([
      `interceptPeerDial ${b.localPeer}`,
      `interceptAddrDial ${b.localPeer} ${b.listenAddresses()[0]}`,
      `interceptSecured outbound ${b.localPeer}`,
      `interceptUpgraded outbound ${b.localPeer}`
    ])
    expect(listener.asked).to.deep.equal([
      'interceptAccept inbound',
      `interceptSecured inbound ${a.localPeer}`,
      `interceptUpgraded inbound ${a.localPeer}`
    ])
  })

  for (const hook of ['interceptPeerDial', 'interceptAddrDial', 'interceptSecured', 'interceptUpgraded'] as const) {
    it(`${hook} refuses a dial`, async () => {
      const [a, b] = await Promise.all([makeSwarm({ connectionGater: interceptorGater(recorder(hook).interceptor) }), makeSwarm()])
      await introduce(a, b)

      await expect(a.dialPeer(b.localPeer)).to.eventually.be.rejected()
      expect(a.conns()).to.be.empty()
    })
  }

  for (const hook of ['interceptAccept', 'interceptSecured', 'interceptUpgraded'] as const) {
    it(`${hook} refuses who comes in`, async () => {
      const [a, b] = await Promise.all([makeSwarm(), makeSwarm({ connectionGater: interceptorGater(recorder(hook).interceptor) })])
      let connected = 0
      b.notify({ connected: () => { connected++ } })
      await a.dialAddresses(b.listenAddresses()).then(async connection => {
        if (connection.status === 'open') {
          await new Promise(resolve => { connection.addEventListener('close', resolve) })
        }
      }, () => {})

      expect(connected).to.equal(0)
      expect(b.conns()).to.be.empty()
    })
  }

  it('let the next gater have its say', async () => {
    const next: ConnectionGater = { denyDialPeer: () => true, denyInboundRelayReservation: () => true }
    const gater = interceptorGater({ interceptPeerDial: () => true }, next)
    const a = await makeSwarm()

    expect(await gater.denyDialPeer?.(a.localPeer)).to.equal(true)
    expect(await gater.denyDialMultiaddr?.(a.listenAddresses()[0] ?? expect.fail())).to.equal(false)
    expect(await gater.denyInboundRelayReservation?.(a.localPeer)).to.equal(true)
  })
})
