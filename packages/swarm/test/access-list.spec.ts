import { peerIdFromString } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import { accessList } from '../src/index.ts'
import { closeAll, introduce, makeSwarm } from './swarms.ts'
import type { AccessListInit } from '../src/index.ts'
import type { ConnectionGater, MultiaddrConnection, PeerId } from '@libp2p/interface'

const ALICE = peerIdFromString('12D3KooWHFrmLWTTDD4NodngtRMEVYgxrsDMp4F9iSwYntZ9WjHa')
const BOB = peerIdFromString('12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA')

function from (ip: string): MultiaddrConnection {
  const address = multiaddr(`/${ip.includes(':') ? 'ip6' : 'ip4'}/${ip}/tcp/4001/ws`)

  return { remoteAddr: address } as unknown as MultiaddrConnection
}

describe('access list', () => {
  afterEach(closeAll)

  it('refuses a network, and lets through its neighbour', async () => {
    const gater = accessList({ deny: ['10.0.0.0/8', '2001:db8::/32', '192.0.2.7'] })

    for (const [ip, refused] of [['10.1.2.3', true], ['11.1.2.3', false], ['2001:db8::1', true], ['2001:db9::1', false], ['192.0.2.7', true], ['192.0.2.8', false]] as const) {
      expect(await gater.denyInboundConnection?.(from(ip)), ip).to.equal(refused)
      expect(await gater.denyDialMultiaddr?.(from(ip).remoteAddr), ip).to.equal(refused)
    }
  })

  it('refuses a peer wherever it comes from', async () => {
    const gater = accessList({ deny: [ALICE.toString()], allow: ['10.0.0.0/8'] })

    expect(await gater.denyDialPeer?.(ALICE)).to.equal(true)
    expect(await gater.denyInboundEncryptedConnection?.(ALICE, from('10.0.0.1'))).to.equal(true)
  })

  it('lets an allowed address and an allowed peer through', async () => {
    const gater = accessList({ deny: ['10.0.0.0/8'], allow: ['10.0.0.1', ALICE.toString()] })

    expect(await gater.denyInboundConnection?.(from('10.0.0.1'))).to.equal(false)
    expect(await gater.denyInboundEncryptedConnection?.(ALICE, from('10.0.0.2'))).to.equal(false)
    expect(await gater.denyDialMultiaddr?.(from('10.0.0.2').remoteAddr.encapsulate(`/p2p/${ALICE}`))).to.equal(false)
    expect(await gater.denyDialMultiaddr?.(from('10.0.0.2').remoteAddr, ALICE)).to.equal(false)
    expect(await gater.denyDialMultiaddr?.(from('10.0.0.2').remoteAddr, BOB)).to.equal(true)
  })

  it('refuses who comes from a denied address once it is known that they are not allowed', async () => {
    const gater = accessList({ deny: ['10.0.0.0/8'], allow: [ALICE.toString()] })

    expect(await gater.denyInboundConnection?.(from('10.0.0.2'))).to.equal(false)
    expect(await gater.denyInboundEncryptedConnection?.(ALICE, from('10.0.0.2'))).to.equal(false)
    expect(await gater.denyInboundEncryptedConnection?.(BOB, from('10.0.0.2'))).to.equal(true)
  })

  it('refuses all others when only the allowed may come', async () => {
    const gater = accessList({ allow: ['10.0.0.1'], onlyAllowed: true })

    expect(await gater.denyInboundConnection?.(from('10.0.0.1'))).to.equal(false)
    expect(await gater.denyInboundConnection?.(from('10.0.0.2'))).to.equal(true)
    expect(await gater.denyOutboundEncryptedConnection?.(BOB, from('10.0.0.2'))).to.equal(true)
    expect(await gater.denyOutboundEncryptedConnection?.(BOB, from('10.0.0.1'))).to.equal(false)
  })

  it('asks the next gater what it does not refuse itself', async () => {
    const next: ConnectionGater = { denyDialPeer: () => true, denyInboundRelayReservation: () => true }
    const gater = accessList({}, next)

    expect(await gater.denyDialPeer?.(ALICE)).to.equal(true)
    expect(await gater.denyInboundRelayReservation?.(ALICE)).to.equal(true)
    expect(gater).to.not.have.property('denyInboundRelayedConnection')
  })

  it('asks a next gater that is an object of a class', async () => {
    class OnlyAlice implements ConnectionGater {
      readonly #alice: string = ALICE.toString()

      denyDialPeer (peer: PeerId): boolean {
        return peer.toString() !== this.#alice
      }

      denyInboundRelayReservation (peer: PeerId): boolean {
        return peer.toString() !== this.#alice
      }
    }
    const gater = accessList({}, new OnlyAlice())

    expect(await Promise.all([gater.denyDialPeer?.(ALICE), gater.denyDialPeer?.(BOB)])).to.deep.equal([false, true])
    expect(await Promise.all([gater.denyInboundRelayReservation?.(ALICE), gater.denyInboundRelayReservation?.(BOB)])).to.deep.equal([false, true])
  })

  it('names the entry that it cannot read', () => {
    for (const init of [{ deny: ['10.0.0.0/99'] }, { allow: ['nobody'] }, { allow: ['1.2.3.4.5'] }] satisfies AccessListInit[]) {
      const entry = Object.values(init).flat().join()
      expect(() => accessList(init)).to.throw(entry).with.property('code', 'ERR_INVALID_VALUE')
    }
  })

  it('keeps a denied peer out of a swarm', async () => {
    const b = await makeSwarm()
    const a = await makeSwarm({ connectionGater: accessList({ deny: [b.localPeer.toString()] }) })
    await introduce(a, b)

    await expect(a.dialPeer(b.localPeer)).to.eventually.be.rejected()
    await b.dialAddresses(a.listenAddresses()).then(async connection => {
      if (connection.status === 'open') {
        await new Promise(resolve => { connection.addEventListener('close', resolve) })
      }
    }, () => {})
    expect(a.conns()).to.be.empty()
  })
})

describe('snapshot', () => {
  afterEach(closeAll)

  it('has the whole state, as JSON', async () => {
    const [a, b] = await Promise.all([makeSwarm(), makeSwarm()])
    b.handle('/wait', () => {})
    await introduce(a, b)
    await a.newStream(b.localPeer, '/wait')
    const snapshot = JSON.parse(JSON.stringify(a.snapshot()))

    expect(snapshot).to.have.nested.property('peer', a.localPeer.toString())
    expect(snapshot).to.have.nested.property('listen[0]', String(a.listenAddresses()[0]))
    expect(snapshot).to.have.nested.property('connections[0].peer', b.localPeer.toString())
    expect(snapshot).to.have.nested.property('connections[0].state.security', '/noise')
    expect(snapshot).to.have.nested.property('connections[0].streams[0].protocol', '/wait')
    expect(snapshot).to.have.nested.property('resources.system.connsOutbound', 1)
    expect(snapshot).to.have.nested.property('resources.system.streamsOutbound', 1)
    expect(b.snapshot().protocols).to.deep.equal(['/wait'])
  })

  it('holds nothing once all is closed', async () => {
    const [a, b] = await Promise.all([makeSwarm(), makeSwarm()])
    b.handle('/wait', () => {})
    await introduce(a, b)
    await a.newStream(b.localPeer, '/wait')
    await Promise.all([a.close(), b.close()])

    expect(a.snapshot()).to.deep.include({ connections: [], dials: [], listen: [], resources: {} })
    expect(b.snapshot()).to.deep.include({ connections: [], dials: [], listen: [], resources: {} })
  })
})
