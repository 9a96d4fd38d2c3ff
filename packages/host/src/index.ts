/**
 * js-libp2p's entry point with the libp2p-ws swarm inside: `createLibp2p` takes
 * its options and returns its `Libp2p`.
 */
export { createLibp2p, isLibp2p } from './create-libp2p.ts'
export { dnsaddrResolver } from './dialing/dnsaddr.ts'
export { DialDeniedError, DialQueueFullError, DNSLookupError, MissingServiceError, NoContentRoutersError, NoPeerRoutersError, NoValidAddressesError, QueriedForSelfError, RecursionLimitError, TransportUnavailableError, UnmetServiceDependenciesError, UnsupportedListenAddressError, UnsupportedListenAddressesError } from './errors.ts'
export type { AddressFilter, AddressManagerInit } from './addresses/address-manager.ts'
export type { Components } from './components.ts'
export type { ConnectionMonitorInit } from './connections/connection-monitor.ts'
export type { ConnectionManagerInit } from './connections/init.ts'
export type { Libp2pInit, Libp2pOptions, NetworkState, ServiceFactoryMap } from './libp2p-init.ts'
export type { TransportManagerInit } from './transports/transport-manager.ts'
export type { Libp2p } from '@libp2p/interface'
