import type { AddressSorter, MultiaddrResolver } from '@libp2p/interface'
import type { DialBackoffInit, DialerInit } from '@libp2p-ws/dialer'

/** `connectionManager` of `Libp2pInit`. Times are ms. */
export interface ConnectionManagerInit {
  /** Connections above which new inbound ones are refused and the least valuable ones closed. At least 1; default 300, in browsers 100. */
  maxConnections?: number

  /** Orders the addresses of a peer in place of the ranker; each address then waits 250 ms for the one before it. Default: go-libp2p's ranking. */
  addressSorter?: AddressSorter

  /** Peers dialed at one time. Default: no limit; the dialer keeps to 160 sockets over all of them. */
  maxParallelDials?: number

  /**
   * Whether an address that failed is left alone for a while: a dial that has
   * only such addresses opens no socket and fails at once, with how long to wait.
   * `true`: 5 s after the first failure, longer after each one that follows, up
   * to 300 s. An object sets these. Dials to a peer with `force`, and those to get
   * back to one with a `keep-alive` tag, do not wait. Not in js-libp2p; default
   * false.
   */
  dialBackoff?: boolean | DialBackoffInit

  /**
   * Options of the dialer that js-libp2p has no name for, such as limits, black
   * holes and `onTrace`. They go before what other options are mapped to. Not in
   * js-libp2p; default: none.
   */
  dialer?: DialerInit

  /** Dials that wait or are under way; more are rejected with `DialError`. Default 500. */
  maxDialQueueLength?: number

  /** Addresses of one peer tried in one dial. Default 25. */
  maxPeerAddrsToDial?: number

  /** For a dial as a whole, DNS and routing included, where the caller brings no signal. Default 10,000. */
  dialTimeout?: number

  /** For one address of a dial. Default 6,000. */
  addressDialTimeout?: number

  /** For closing a connection where the caller brings no signal. Default 1,000. */
  connectionCloseTimeout?: number

  /** For the upgrade of an inbound connection. Default 10,000. */
  inboundUpgradeTimeout?: number

  /** For multistream-select on an outbound stream where the caller brings no signal. Default 10,000. */
  outboundStreamProtocolNegotiationTimeout?: number

  /** For multistream-select on an inbound stream. Default 10,000. */
  inboundStreamProtocolNegotiationTimeout?: number

  /** What turns an address into others before it is dialed. Default: `{ dnsaddr: dnsaddrResolver }`. */
  resolvers?: Record<string, MultiaddrResolver>

  /** IPs and subnets, as multiaddrs, whose connections are taken even above `maxConnections`. Default: none. */
  allow?: string[]

  /** IPs and subnets, as multiaddrs, whose connections are refused. Default: none. */
  deny?: string[]

  /** Inbound connections that one host may open in a second. Default 5. */
  inboundConnectionThreshold?: number

  /** Inbound connections that may be in their upgrade at one time. Default 10. */
  maxIncomingPendingConnections?: number

  /** Attempts to get back to a peer with a `keep-alive` tag. Default 5. */
  reconnectRetries?: number

  /** Before the first of them. Default 1,000. */
  reconnectRetryInterval?: number

  /** The pause grows by this factor with each attempt. Default 2. */
  reconnectBackoffFactor?: number

  /** Peers reconnected to at one time. Default 5. */
  maxParallelReconnects?: number
}
