import { generateKeyPair } from '@libp2p/crypto/keys'
import { defaultLogger } from '@libp2p/logger'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { persistentPeerStore } from '@libp2p/peer-store'
import { MemoryDatastore } from 'datastore-core/memory'
import { TypedEventEmitter } from 'main-event'
import { ProtocolTable } from './protocol-table.ts'
import { DefaultResourceManager } from './resource-manager.ts'
import { Swarm } from './swarm.ts'
import { Upgrader } from './upgrader.ts'
import type { PeerFinder } from './candidates.ts'
import type { ResourceManagerInit } from './resource-manager.ts'
import type { TrimmerOptions } from './sans-io/connection-trimmer.ts'
import type { SwarmComponents, SwarmInit } from './swarm.ts'
import type { UpgraderInit } from './upgrader.ts'
import type { ComponentLogger, ConnectionEncrypter, ConnectionProtector, Libp2pEvents, Metrics, PeerStore, PrivateKey, StreamMuxerFactory, Transport, Upgrader as UpgraderInterface } from '@libp2p/interface'
import type { PeerConnectionGater, ResourceManager } from '@libp2p-ws/core'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { TypedEventTarget } from 'main-event'

/** What a factory of a transport, encrypter or muxer is given; the modules of js-libp2p take it. */
export type ModuleComponents = SwarmComponents & { upgrader: UpgraderInterface }

export interface CreateSwarmInit extends Omit<UpgraderInit, 'connectionEncrypters' | 'streamMuxers'> {
  /** Default: a new ed25519 key. */
  privateKey?: PrivateKey

  /** Listened on before `createSwarm` resolves. Default: none. */
  listen?: Multiaddr[]
  transports?: Array<(components: ModuleComponents) => Transport>

  /** In order of preference. */
  connectionEncrypters?: Array<(components: ModuleComponents) => ConnectionEncrypter>

  /** In order of preference. */
  streamMuxers?: Array<(components: ModuleComponents) => StreamMuxerFactory>
  dialer?: SwarmInit['dialer']

  /** Default: low water 160, high water 192, grace 60 s, silence 10 s; false: connections are not trimmed. */
  connectionTrimmer?: Partial<TrimmerOptions> | false
  duplicateIdleTimeout?: SwarmInit['duplicateIdleTimeout']

  /** js-libp2p's; `interceptorGater` makes one of go-libp2p's hooks, `accessList` one of lists. */
  connectionGater?: PeerConnectionGater
  connectionProtector?: ConnectionProtector
  peerRouting?: PeerFinder

  /** Options of the default one, or one made elsewhere; false: nothing is counted. */
  resourceManager?: ResourceManagerInit | ResourceManager | false

  /** Default: in memory. */
  peerStore?: PeerStore
  metrics?: Metrics

  /** Default: `@libp2p/logger`, on with DEBUG=libp2p*. */
  logger?: ComponentLogger

  /** Gets js-libp2p's connection, peer and transport events. */
  events?: TypedEventTarget<Libp2pEvents>
}

/**
 * A swarm that stands alone, without host, identify or peer discovery.
 *
 * @throws {ListenError} when `listen` has addresses and none of them works
 */
export async function createSwarm (init: CreateSwarmInit = {}): Promise<Swarm> {
  const components = await makeComponents(init)
  // encrypters look at it only when they are asked to encrypt, and it needs them to be made
  Object.defineProperty(components, 'upgrader', { get: () => upgrader })

  const upgrader: Upgrader = new Upgrader(components, {
    ...init,
    connectionEncrypters: (init.connectionEncrypters ?? []).map(factory => factory(components as ModuleComponents)),
    streamMuxers: (init.streamMuxers ?? []).map(factory => factory(components as ModuleComponents))
  })
  const swarm: Swarm = new Swarm(components, {
    upgrader,
    dialer: init.dialer,
    connectionTrimmer: init.connectionTrimmer === false ? undefined : init.connectionTrimmer ?? {},
    duplicateIdleTimeout: init.duplicateIdleTimeout
  })

  for (const factory of init.transports ?? []) {
    swarm.addTransport(factory(components as ModuleComponents))
  }

  try {
    await swarm.listen(...init.listen ?? [])
  } catch (err) {
    await swarm.close()
    throw err
  }

  return swarm
}

async function makeComponents (init: CreateSwarmInit): Promise<SwarmComponents> {
  const privateKey = init.privateKey ?? await generateKeyPair('Ed25519')
  const connectionGater = init.connectionGater ?? {}
  const base = {
    privateKey,
    peerId: peerIdFromPrivateKey(privateKey),
    events: init.events ?? new TypedEventEmitter<Libp2pEvents>(),
    logger: init.logger ?? defaultLogger(),
    datastore: new MemoryDatastore()
  }

  return {
    ...base,
    peerStore: init.peerStore ?? persistentPeerStore(base, { addressFilter: async (peer, address) => await connectionGater.filterMultiaddrForPeer?.(peer, address) ?? true }),
    connectionGater,
    protocols: new ProtocolTable(),
    ...(init.resourceManager === false ? {} : { resourceManager: toResourceManager(init.resourceManager) }),
    ...(init.connectionProtector == null ? {} : { connectionProtector: init.connectionProtector }),
    ...(init.metrics == null ? {} : { metrics: init.metrics }),
    ...(init.peerRouting == null ? {} : { peerRouting: init.peerRouting })
  }
}

function toResourceManager (given: ResourceManagerInit | ResourceManager = {}): ResourceManager {
  return 'openConnection' in given ? given : new DefaultResourceManager(given)
}
