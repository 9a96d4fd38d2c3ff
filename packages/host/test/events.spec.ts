import { identify } from '@libp2p/identify'
import { isConnection, isPeerId } from '@libp2p/interface'
import { expect } from 'aegir/chai'
import { createLibp2p as createStock } from 'libp2p'
import { createLibp2p as createOurs } from '../src/index.ts'
import { eventually } from './fixtures/eventually.ts'
import { IMPLEMENTATIONS } from './fixtures/implementations.ts'
import { memoryAddress, Nodes } from './fixtures/nodes.ts'
import type { Libp2p, Libp2pEvents } from '@libp2p/interface'

/** What comes with each event. The two about certificates and the one about reconnecting are sent by services and by the reconnect queue. */
const DETAILS: Record<keyof Libp2pEvents, string> = {
  start: 'node',
  stop: 'node',
  'transport:listening': 'listener',
  'transport:close': 'listener',
  'peer:discovery': 'id, multiaddrs',
  'peer:connect': 'peer',
  'peer:disconnect': 'peer',
  'peer:reconnect-failure': 'peer',
  'peer:identify': 'agentVersion, connection, listenAddrs, observedAddr, peerId, protocolVersion, protocols, publicKey, signedPeerRecord',
  'peer:update': 'peer',
  'self:peer:update': 'peer',
  'connection:open': 'connection',
  'connection:close': 'connection',
  'connection:prune': 'connections',
  'certificate:provision': 'cert, key',
  'certificate:renew': 'cert, key'
}

for (const { createLibp2p, name } of IMPLEMENTATIONS) {
  describe(`events of ${name}`, () => {
    const nodes = new Nodes()

    afterEach(async () => { await nodes.stop() })

    it('all come, with what js-libp2p sends with them', async () => {
      const make = async (): Promise<Libp2p> => nodes.inMemory(createLibp2p, { start: false, addresses: { listen: [memoryAddress()] }, services: { identify: identify() } })
      const [node, other] = [await make(), await make()]
      const seen: Record<string, string> = {}

      for (const type of Object.keys(DETAILS)) {
        node.addEventListener(type as keyof Libp2pEvents, ({ detail }: any) => { seen[type] ??= describeDetail(detail, node) })
      }

      await Promise.all([node.start(), other.start()])
      const identified = new Promise(resolve => { node.addEventListener('peer:identify', resolve) })
      await node.dial(other.getMultiaddrs())
      await identified
      const { connectionManager, events } = (node as any).components
      await node.dial(other.getMultiaddrs(), { force: true })
      connectionManager.setMaxConnections(1)
      await eventually(() => seen['connection:prune'] != null)
      await node.hangUp(other.peerId)
      await eventually(() => seen['peer:disconnect'] != null)
      events.safeDispatchEvent('certificate:provision', { detail: { cert: '', key: '' } })
      events.safeDispatchEvent('certificate:renew', { detail: { cert: '', key: '' } })
      events.safeDispatchEvent('peer:reconnect-failure', { detail: other.peerId })
      await node.stop()

      expect(seen).to.deep.equal(DETAILS)
    })
  })
}

describe('members of a node', () => {
  /** Of its own class, and no part of the interface. */
  const INNER = ['log', 'configureComponent']

  it('are those that js-libp2p\'s has', async () => {
    const [stock, ours] = [await createStock({ start: false }), await createOurs({ start: false })]

    expect(membersOf(stock).filter(member => !(member in ours))).to.have.members(INNER)
  })
})

function membersOf (node: object): string[] {
  const members: string[] = []

  for (let object = node; object !== Object.prototype; object = Object.getPrototypeOf(object)) {
    members.push(...Object.getOwnPropertyNames(object))
  }

  return members
}

function describeDetail (detail: any, node: Libp2p): string {
  if (detail === node) {
    return 'node'
  }

  if (isPeerId(detail)) {
    return 'peer'
  }

  if (isConnection(detail)) {
    return 'connection'
  }

  if (Array.isArray(detail)) {
    return detail.every(isConnection) ? 'connections' : 'array'
  }

  return describeObject(detail)
}

function describeObject (detail: any): string {
  if (typeof detail.getAddrs === 'function') {
    return 'listener'
  }

  return isPeerId(detail.peer?.id) ? 'peer' : Object.keys(detail).sort().join(', ')
}
