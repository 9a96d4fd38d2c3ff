import { generateKeyPair } from '@libp2p/crypto/keys'
import { defaultLogger } from '@libp2p/logger'
import { persistentPeerStore } from '@libp2p/peer-store'
import { dialer, peerStoreAddressBook } from '@libp2p-ws/dialer'
import { identityOf } from '@libp2p-ws/identity'
import { MemoryDatastore } from 'datastore-core/memory'
import { TypedEventEmitter } from 'main-event'
import { peerCandidates } from './candidates.ts'
import { ProtocolTable } from './protocol-table.ts'
import { DefaultResourceManager } from './resource-manager.ts'
import { swarmMetrics } from './swarm-metrics.ts'
import { Swarm } from './swarm.ts'
import { TracedDialer, TracedUpgrader } from './tracing.ts'
import { Trimming } from './trimming.ts'
import { Upgrader } from './upgrader.ts'
import type { PeerFinder } from './candidates.ts'
import type { PartsForDialer } from './dialer-components.ts'
import type { ResourceManagerInit } from './resource-manager.ts'
import type { TrimmerOptions } from './sans-io/connection-trimmer.ts'
import type { SwarmComponents, SwarmInit } from './swarm-core.ts'
import type { Tracer } from './tracing.ts'
import type { UpgraderInit } from './upgrader.ts'
import type { ComponentLogger, ConnectionEncrypter, ConnectionProtector, Libp2pEvents, Metrics, PeerStore, PrivateKey, StreamMuxerFactory, Transport, Upgrader as UpgraderInterface } from '@libp2p/interface'
import type { Dialer, DialerComponents, PeerConnectionGater, ResourceManager } from '@libp2p-ws/core'
import type { DialerInit } from '@libp2p-ws/dialer'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { TypedEventTarget } from 'main-event'

const UNLIMITED: SwarmLimits = { connections: false, dials: Infinity, dialsPerPeer: Infinity }

/** What a factory of a transport, encrypter or muxer is given; the modules of js-libp2p take it. */
export type ModuleComponents = SwarmComponents & { upgrader: UpgraderInterface }

/** Every limit there is. Each has a default; those of `scopes` scale with the memory. */
export interface SwarmLimits extends ResourceManagerInit {
  /** Connections above which the least valuable ones are closed, and down to how many. Default: go-libp2p's, 192 and 160; false: none is closed. */
  connections?: Partial<TrimmerOptions> | false

  /** Dials in flight that hold a file descriptor. Default 160. */
  dials?: number

  /** Dials in flight to one peer. Default 8. */
  dialsPerPeer?: number
}

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

  /** Options of the dialer, or one made elsewhere. */
  dialer?: DialerInit | ((components: DialerComponents) => Dialer)
  duplicateIdleTimeout?: SwarmInit['duplicateIdleTimeout']

  /** js-libp2p's; `interceptorGater` makes one of go-libp2p's hooks, `accessList` one of lists. */
  connectionGater?: PeerConnectionGater
  connectionProtector?: ConnectionProtector

  /** Asked for addresses that the peer store does not have. */
  peerRouting?: PeerFinder

  /** How much of the machine this swarm may have; false: all of it. */
  limits?: SwarmLimits | false

  /** In place of the one that `limits` makes. */
  resourceManager?: ResourceManager

  /** Default: in memory. */
  peerStore?: PeerStore
  metrics?: Metrics

  /** OpenTelemetry's, for spans of dials and upgrades. Default: none, at no cost. */
  tracer?: Tracer

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
  const limits = init.limits === false ? UNLIMITED : init.limits ?? {}
  // encrypters look at it only when they are asked to encrypt, and it needs them to be made
  Object.defineProperty(components, 'upgrader', { get: () => upgrader })

  const upgraderInit = {
    ...init,
    connectionEncrypters: (init.connectionEncrypters ?? []).map(factory => factory(components as ModuleComponents)),
    streamMuxers: (init.streamMuxers ?? []).map(factory => factory(components as ModuleComponents))
  }
  const upgrader: Upgrader = init.tracer == null ? new Upgrader(components, upgraderInit) : new TracedUpgrader(components, upgraderInit, init.tracer)
  const swarm: Swarm = new Swarm(components, {
    upgrader,
    dialer: parts => makeDialer(init, limits, components.peerStore, parts),
    duplicateIdleTimeout: init.duplicateIdleTimeout
  })

  components.metrics != null && swarm.notify(swarmMetrics(components.metrics))
  limits.connections !== false && swarm.notify(new Trimming({ tags: swarm.tags, options: limits.connections ?? {}, events: components.events, connections: () => swarm.conns() }))

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
  const connectionGater = init.connectionGater ?? {}
  const resourceManager = init.resourceManager ?? (init.limits === false ? undefined : new DefaultResourceManager(init.limits))
  const base = {
    ...identityOf(init.privateKey ?? await generateKeyPair('Ed25519')),
    events: init.events ?? new TypedEventEmitter<Libp2pEvents>(),
    logger: init.logger ?? defaultLogger(),
    datastore: new MemoryDatastore()
  }

  return {
    ...base,
    peerStore: init.peerStore ?? persistentPeerStore(base, { addressFilter: async (peer, address) => await connectionGater.filterMultiaddrForPeer?.(peer, address) ?? true }),
    connectionGater,
    protocols: new ProtocolTable(),
    ...(resourceManager == null ? {} : { resourceManager }),
    ...(init.connectionProtector == null ? {} : { connectionProtector: init.connectionProtector }),
    ...(init.metrics == null ? {} : { metrics: init.metrics })
  }
}

/** A dialer made elsewhere has its own limits. */
function makeDialer ({ dialer: given = {}, peerRouting, tracer }: CreateSwarmInit, { dials, dialsPerPeer }: SwarmLimits, peerStore: PeerStore, parts: PartsForDialer): Dialer {
  const components: DialerComponents = { ...parts, candidates: (peer, options) => peerCandidates(peer, peerStore, peerRouting, options) }
  const make = typeof given === 'function'
    ? given
    : dialer({ addressBook: peerStoreAddressBook(peerStore), ...dials != null && { fdLimit: dials }, ...dialsPerPeer != null && { perPeerLimit: dialsPerPeer }, ...given })

  return tracer == null ? make(components) : new TracedDialer(make(components), tracer)
}
