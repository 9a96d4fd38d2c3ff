import { isStartable } from '@libp2p/interface'
import { MissingServiceError } from './errors.ts'
import type { ComponentLogger, ConnectionGater, ConnectionProtector, ContentRouting, Libp2pEvents, Metrics, NodeInfo, PeerId, PeerRouting, PeerStore, PrivateKey, Startable, Upgrader } from '@libp2p/interface'
import type { AddressManager, ConnectionManager, RandomWalk, Registrar, TransportManager } from '@libp2p/interface-internal'
import type { DNS } from '@multiformats/dns'
import type { Datastore } from 'interface-datastore'
import type { TypedEventTarget } from 'main-event'

/**
 * What every factory of a module or service is given: the parts of the node by
 * name, filled in the order in which they are made. Services keep it and read
 * others from it later, so there is one for a node and nobody copies from it.
 */
export interface Components extends Record<string, any>, Startable {
  peerId: PeerId
  privateKey: PrivateKey
  nodeInfo: NodeInfo
  logger: ComponentLogger
  events: TypedEventTarget<Libp2pEvents>
  addressManager: AddressManager
  peerStore: PeerStore
  upgrader: Upgrader
  randomWalk: RandomWalk
  registrar: Registrar
  connectionManager: ConnectionManager
  transportManager: TransportManager
  connectionGater: ConnectionGater
  contentRouting: ContentRouting
  peerRouting: PeerRouting
  datastore: Datastore
  connectionProtector?: ConnectionProtector
  metrics?: Metrics
  dns?: DNS
}

/** Reading one of these before it is set gives undefined: modules use them with `?.`. */
const OPTIONAL = new Set(['metrics', 'connectionProtector', 'dns'])

type Phase = 'beforeStart' | 'start' | 'afterStart' | 'beforeStop' | 'stop' | 'afterStop'

/** The parts of a node as own properties, and their common life. */
class NodeComponents implements Startable {
  [component: string]: any

  async beforeStart (): Promise<void> {
    await enterPhase(this, 'beforeStart')
  }

  async start (): Promise<void> {
    await enterPhase(this, 'start')
  }

  async afterStart (): Promise<void> {
    await enterPhase(this, 'afterStart')
  }

  async beforeStop (): Promise<void> {
    await enterPhase(this, 'beforeStop')
  }

  async stop (): Promise<void> {
    await enterPhase(this, 'stop')
  }

  async afterStop (): Promise<void> {
    await enterPhase(this, 'afterStop')
  }
}

// Behind the object, not in front of it: a component that is there is a plain
// property, only a name that nothing has gets this far.
Object.setPrototypeOf(NodeComponents.prototype, new Proxy(Object.prototype, {
  get (target, name, receiver) {
    // `then`: an object that is awaited is asked for it
    if (typeof name === 'symbol' || name in target || name === 'then' || OPTIONAL.has(name)) {
      return Reflect.get(target, name, receiver)
    }

    throw new MissingServiceError(name)
  }
}))

/**
 * Components that start with `known`. Reading a name that was not set throws
 * `MissingServiceError`, except `metrics`, `connectionProtector` and `dns`.
 */
export function createComponents (known: Partial<Components>): Components {
  const components = new NodeComponents()

  for (const [name, component] of Object.entries(known)) {
    if (component != null) {
      components[name] = component
    }
  }

  return components as Components
}

/** All parts at one time, as js-libp2p: none of them may wait for another within a phase. */
async function enterPhase (components: NodeComponents, phase: Phase): Promise<void> {
  await Promise.all(
    Object.values(components)
      .filter(component => isStartable(component))
      .map(async component => component[phase]?.())
  )
}
