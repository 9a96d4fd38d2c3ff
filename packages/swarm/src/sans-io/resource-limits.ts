/** How much of each kind a scope may hold. Absent: no limit. */
export interface ScopeLimit {
  conns?: number
  connsInbound?: number
  connsOutbound?: number
  streams?: number
  streamsInbound?: number
  streamsOutbound?: number

  /** Bytes. */
  memory?: number
}

/** A limit for each kind of scope, and for single peers, protocols and services by name. */
export interface ResourceLimits {
  system: ScopeLimit

  /** Connections whose peer, and streams whose protocol, is not known yet. */
  transient: ScopeLimit
  service: ScopeLimit
  servicePeer: ScopeLimit
  protocol: ScopeLimit
  protocolPeer: ScopeLimit
  peer: ScopeLimit
  connection: ScopeLimit
  stream: ScopeLimit
  services: Record<string, ScopeLimit>
  protocols: Record<string, ScopeLimit>
  peers: Record<string, ScopeLimit>
}

const MiB = 2 ** 20
const GiB = 2 ** 30

type Scaled = Required<ScopeLimit>

function limit (conns: [number, number, number], streams: [number, number, number], memory: number): Scaled {
  return {
    connsInbound: conns[0],
    connsOutbound: conns[1],
    conns: conns[2],
    streamsInbound: streams[0],
    streamsOutbound: streams[1],
    streams: streams[2],
    memory
  }
}

const NONE: [number, number, number] = [0, 0, 0]

/** go-libp2p 0.51 `DefaultLimits`: what a scope has anyway, and what it gains for each GiB given to libp2p. */
const DEFAULTS = {
  system: [limit([64, 128, 128], [1024, 2048, 2048], 128 * MiB), limit([64, 128, 128], [1024, 2048, 2048], GiB)],
  transient: [limit([32, 64, 64], [128, 256, 256], 32 * MiB), limit([16, 32, 32], [128, 256, 256], 128 * MiB)],
  service: [limit(NONE, [1024, 4096, 4096], 64 * MiB), limit(NONE, [512, 2048, 2048], 128 * MiB)],
  servicePeer: [limit(NONE, [128, 256, 256], 16 * MiB), limit(NONE, [4, 8, 8], 4 * MiB)],
  protocol: [limit(NONE, [512, 2048, 2048], 64 * MiB), limit(NONE, [256, 512, 512], 164 * MiB)],
  protocolPeer: [limit(NONE, [64, 128, 256], 16 * MiB), limit(NONE, [4, 8, 16], 4 * MiB)],
  peer: [limit([8, 8, 8], [256, 512, 512], 64 * MiB), limit(NONE, [128, 256, 256], 128 * MiB)],
  connection: [limit([1, 1, 1], NONE, 32 * MiB), limit(NONE, NONE, 0)],
  stream: [limit(NONE, [1, 1, 1], 16 * MiB), limit(NONE, NONE, 0)]
} satisfies Record<string, [Scaled, Scaled]>

/**
 * go-libp2p's default limits for a machine that gives libp2p `memory` bytes.
 *
 * @param memory - bytes; go's default is an eighth of the machine's memory, 128 MiB at the least
 */
export function scaleLimits (memory: number): ResourceLimits {
  const gained = Math.max(0, memory - 128 * MiB) / GiB
  const scale = ([base, perGiB]: [Scaled, Scaled]): ScopeLimit => Object.fromEntries(
    (Object.keys(base) as Array<keyof Scaled>).map(key => [key, base[key] + Math.floor(perGiB[key] * gained)])
  )

  return {
    system: scale(DEFAULTS.system),
    transient: scale(DEFAULTS.transient),
    service: withoutConns(scale(DEFAULTS.service)),
    servicePeer: withoutConns(scale(DEFAULTS.servicePeer)),
    protocol: withoutConns(scale(DEFAULTS.protocol)),
    protocolPeer: withoutConns(scale(DEFAULTS.protocolPeer)),
    peer: scale(DEFAULTS.peer),
    connection: { conns: 1, memory: DEFAULTS.connection[0].memory },
    stream: { streams: 1, memory: DEFAULTS.stream[0].memory },
    services: {},
    protocols: {},
    peers: {}
  }
}

/** Services and protocols hold streams only. */
function withoutConns ({ streams, streamsInbound, streamsOutbound, memory }: ScopeLimit): ScopeLimit {
  return { ...streams != null && { streams }, ...streamsInbound != null && { streamsInbound }, ...streamsOutbound != null && { streamsOutbound }, ...memory != null && { memory } }
}
