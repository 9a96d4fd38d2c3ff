import { contentRoutingSymbol, peerDiscoverySymbol, peerRoutingSymbol } from '@libp2p/interface'
import { SwarmCore, Upgrader } from '@libp2p-ws/swarm'
import { AddressManager } from './addresses/address-manager.ts'
import { createComponents } from './components.ts'
import { ConnectionManager } from './connections/connection-manager.ts'
import { ConnectionMonitor } from './connections/connection-monitor.ts'
import { HostSwarm } from './host-swarm.ts'
import { MemoryDatastore } from './memory-datastore.ts'
import { PeerStore } from './peer-store/peer-store.ts'
import { addSwarmMetrics, defaultGater } from './platform.ts'
import { Registrar } from './registrar.ts'
import { ContentRouting } from './routing/content-routing.ts'
import { PeerRouting } from './routing/peer-routing.ts'
import { RandomWalk } from './routing/random-walk.ts'
import { checkServiceDependencies } from './service-dependencies.ts'
import { TransportManager } from './transports/transport-manager.ts'
import { userAgent } from './user-agent.ts'
import * as pkg from './version.ts'
import type { Components } from './components.ts'
import type { Libp2pInit } from './libp2p-init.ts'
import type { ComponentLogger, ContentRouting as ContentRoutingInterface, Libp2pEvents, NodeInfo, PeerDiscovery, PeerId, PeerInfo, PeerRouting as PeerRoutingInterface, PrivateKey, ServiceMap } from '@libp2p/interface'
import type { SwarmComponents } from '@libp2p-ws/swarm'
import type { TypedEventTarget } from 'main-event'

export interface Identity {
  peerId: PeerId
  privateKey: PrivateKey
  logger: ComponentLogger
  events: TypedEventTarget<Libp2pEvents>
}

interface Routers {
  peer: PeerRoutingInterface[]
  content: ContentRoutingInterface[]
}

/**
 * Makes the parts of a node, each from those before it, in js-libp2p's order:
 * factories count on what is there by the time they are called.
 *
 * @throws {UnmetServiceDependenciesError} when a service needs another one
 * @throws {InvalidParametersError} for options that cannot be used
 */
export function assemble<T extends ServiceMap> (init: Libp2pInit<T>, identity: Identity): { components: Components, services: T } {
  const components = createComponents({
    ...identity,
    nodeInfo: nodeInfo(init.nodeInfo),
    datastore: init.datastore ?? new MemoryDatastore(),
    connectionGater: defaultGater(init.connectionGater),
    ...(init.dns == null ? {} : { dns: init.dns })
  })

  addBasics(components, init)
  addConnections(components, init)
  const routers = addRouting(components, init)
  addModules(components, init)
  const services = addServices(components, init, routers)
  checkServiceDependencies(components)

  return { components, services }
}

function add<T> (components: Components, name: string, component: T): T {
  components[name] = component

  return component
}

function nodeInfo (given: Partial<NodeInfo> = {}): NodeInfo {
  const { name = pkg.name, version = pkg.version } = given

  return { name, version, userAgent: given.userAgent ?? userAgent(name, version) }
}

function addBasics (components: Components, init: Libp2pInit<any>): void {
  const { connectionGater, events } = components

  if (init.metrics != null) {
    components.metrics = init.metrics(components)
  }

  components.peerStore = new PeerStore(components, {
    addressFilter: (peer, address) => connectionGater.filterMultiaddrForPeer?.(peer, address) ?? true,
    ...init.peerStore
  })
  events.addEventListener('peer:update', ({ detail: { peer, previous } }) => {
    if (previous == null) {
      events.safeDispatchEvent('peer:discovery', { detail: { id: peer.id, multiaddrs: peer.addresses.map(({ multiaddr }) => multiaddr) } })
    }
  })

  if (init.connectionProtector != null) {
    components.connectionProtector = init.connectionProtector(components)
  }
}

function addConnections (components: Components, init: Libp2pInit<any>): void {
  const swarmComponents = swarmView(components)
  const { connectionCloseTimeout, inboundStreamProtocolNegotiationTimeout, inboundUpgradeTimeout, outboundStreamProtocolNegotiationTimeout } = init.connectionManager ?? {}
  const upgrader = components.upgrader = new Upgrader(swarmComponents, {
    connectionEncrypters: (init.connectionEncrypters ?? []).map((factory, i) => add(components, `connection-encryption-${i}`, factory(components))),
    streamMuxers: (init.streamMuxers ?? []).map((factory, i) => add(components, `stream-muxers-${i}`, factory(components))),
    connectionCloseTimeout,
    inboundStreamProtocolNegotiationTimeout,
    inboundUpgradeTimeout,
    outboundStreamProtocolNegotiationTimeout
  })
  const swarm = new HostSwarm(() => {
    const swarm = new SwarmCore(swarmComponents, { upgrader, dialer: parts => connectionManager.createDialer(parts) })
    addSwarmMetrics(swarm, components.metrics)

    return swarm
  })

  components.transportManager = new TransportManager(components, init.transportManager, swarm)
  const connectionManager = components.connectionManager = new ConnectionManager(components, init.connectionManager, swarm)

  if (init.connectionMonitor?.enabled !== false) {
    components.connectionMonitor = new ConnectionMonitor(components, init.connectionMonitor)
  }

  components.registrar = new Registrar(components)
  components.addressManager = new AddressManager(components, init.addresses)
}

/** The components as the swarm wants them. Those that are made after it are looked up when they are used. */
function swarmView (components: Components): SwarmComponents {
  const { connectionGater, connectionProtector, events, logger, metrics, peerId, peerStore, privateKey } = components

  return {
    connectionGater,
    events,
    logger,
    peerId,
    peerStore,
    privateKey,
    ...(connectionProtector == null ? {} : { connectionProtector }),
    ...(metrics == null ? {} : { metrics }),
    protocols: {
      getProtocols: () => components.registrar.getProtocols(),
      getHandler: protocol => components.registrar.getHandler(protocol),
      findHandler: protocol => (components.registrar as Registrar).findHandler(protocol),
      getMiddleware: protocol => components.registrar.getMiddleware(protocol),
      handle: async (protocol, handler, options) => components.registrar.handle(protocol, handler, options),
      unhandle: async protocol => components.registrar.unhandle(protocol)
    },
    acceptInbound: maConn => components.connectionManager.acceptIncomingConnection(maConn),
    afterInbound: () => { components.connectionManager.afterUpgradeInbound() }
  }
}

function addRouting (components: Components, init: Libp2pInit<any>): Routers {
  const peer = (init.peerRouters ?? []).map((factory, i) => add(components, `peer-router-${i}`, factory(components)))
  components.peerRouting = new PeerRouting(components, peer)
  const content = (init.contentRouters ?? []).map((factory, i) => add(components, `content-router-${i}`, factory(components)))
  components.contentRouting = new ContentRouting(components, content)
  components.randomWalk = new RandomWalk(components)

  return { peer, content }
}

function addModules (components: Components, init: Libp2pInit<any>): void {
  init.peerDiscovery?.forEach((factory, i) => {
    listenToDiscovery(components, add(components, `peer-discovery-${i}`, factory(components)))
  })
  init.transports?.forEach((factory, i) => {
    components.transportManager.add(add(components, `transport-${i}`, factory(components)))
  })
}

function addServices<T extends ServiceMap> (components: Components, init: Libp2pInit<T>, routers: Routers): T {
  const services: Record<string, unknown> = {}

  for (const [name, factory] of Object.entries(init.services ?? {})) {
    const service = factory(components as Components & T) as any

    if (service == null) {
      components.logger.forComponent('libp2p').error('service factory %s returned nothing', name)
      continue
    }

    services[name] = components[name] = service
    service[contentRoutingSymbol] != null && routers.content.push(service[contentRoutingSymbol])
    service[peerRoutingSymbol] != null && routers.peer.push(service[peerRoutingSymbol])
    service[peerDiscoverySymbol] != null && listenToDiscovery(components, service[peerDiscoverySymbol])
  }

  return services as T
}

/** What is discovered goes to the peer store, which says so when the peer is new. */
function listenToDiscovery ({ logger, peerId, peerStore }: Components, discovery: PeerDiscovery): void {
  const log = logger.forComponent('libp2p')

  // a service may have the symbol and nothing behind it
  discovery.addEventListener?.('peer', ({ detail: { id, multiaddrs } }: CustomEvent<PeerInfo>) => {
    if (id.equals(peerId)) {
      log('peer discovery found the node itself')
      return
    }

    peerStore.merge(id, { multiaddrs }).catch(err => { log.error('could not store discovered peer %p - %e', id, err) })
  })
}
