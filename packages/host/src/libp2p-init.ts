import type { AddressManagerInit } from './addresses/address-manager.ts'
import type { Components } from './components.ts'
import type { ConnectionMonitorInit } from './connections/connection-monitor.ts'
import type { ConnectionManagerInit } from './connections/init.ts'
import type { PeerStoreInit } from './peer-store/peer-store.ts'
import type { TransportManagerInit } from './transports/transport-manager.ts'
import type { ComponentLogger, ConnectionEncrypter, ConnectionGater, ConnectionProtector, ContentRouting, Metrics, NodeInfo, PeerDiscovery, PeerRouting, PrivateKey, ServiceMap, StreamMuxerFactory, Transport } from '@libp2p/interface'
import type { DNS } from '@multiformats/dns'
import type { Datastore } from 'interface-datastore'

/** A factory for each service, by the name under which the node has it. */
export type ServiceFactoryMap<T extends ServiceMap = ServiceMap> = {
  [Name in keyof T]: (components: Components & T) => T[Name]
}

/** What `createLibp2p` takes: js-libp2p's options, all of them. */
export interface Libp2pInit<T extends ServiceMap = ServiceMap> {
  /** Who the node is. Default: a new Ed25519 key, which is also written here. */
  privateKey?: PrivateKey

  /** What identify tells others of the program. Default: `libp2p-ws`, its version, `libp2p-ws/<version> node/<version>`. */
  nodeInfo?: Partial<NodeInfo>

  /** Where to listen, what to announce. */
  addresses?: AddressManagerInit
  connectionManager?: ConnectionManagerInit
  connectionMonitor?: ConnectionMonitorInit

  /** Refuses connections. Default: none is refused; in browsers, addresses that a page cannot dial. */
  connectionGater?: ConnectionGater
  transportManager?: TransportManagerInit

  /** Keeps the peer store, and what services keep. Default: in memory. */
  datastore?: Datastore
  peerStore?: PeerStoreInit
  transports?: Array<(components: Components) => Transport>

  /** In order of preference. */
  streamMuxers?: Array<(components: Components) => StreamMuxerFactory>

  /** In order of preference. */
  connectionEncrypters?: Array<(components: Components) => ConnectionEncrypter>
  peerDiscovery?: Array<(components: Components) => PeerDiscovery>
  peerRouters?: Array<(components: Components) => PeerRouting>
  contentRouters?: Array<(components: Components) => ContentRouting>
  metrics?(components: Components): Metrics

  /** Makes every connection a private network's, by a shared key. */
  connectionProtector?(components: Components): ConnectionProtector

  /** Made in this order; each is under its name in `libp2p.services` and in the components. */
  services?: ServiceFactoryMap<T>

  /** Default: `@libp2p/logger`, which prints what DEBUG selects. */
  logger?: ComponentLogger

  /** Resolves /dnsaddr. Default: the system's in Node, DNS over HTTPS in browsers. */
  dns?: DNS
}

/** What a node of ours has beside js-libp2p's `Libp2p`. */
export interface NetworkState {
  /**
   * To be called when the network is another one, as after a change of Wi-Fi:
   * forgets black holes, and holds nothing against addresses that had not
   * themselves refused. In browsers the `online` event does it too.
   */
  resetNetworkState(): void
}

export type Libp2pOptions<T extends ServiceMap = ServiceMap> = Libp2pInit<T> & {
  /** Whether the node starts before `createLibp2p` resolves. Default true. */
  start?: boolean
}
