import { expect } from 'aegir/chai'
import { closeAll, introduce, makeSwarm } from './swarms.ts'
import type { ConnectionGater } from '@libp2p/interface'

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
})
