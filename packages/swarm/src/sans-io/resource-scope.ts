import { ResourceLimitError } from '@libp2p-ws/core'
import type { ScopeLimit } from './resource-limits.ts'

/** What a scope holds, by the names of the limits. */
export type ScopeUsage = Required<ScopeLimit>

/** What one connection, stream or buffer takes from each scope it is in. */
export type ResourceClaim = Partial<ScopeUsage>

/** Counts what is held in one place against that place's limits. */
export class ResourceScope {
  /** As in errors and snapshots: `system`, `transient`, `peer:12D3…`, `protocol:/ping/1.0.0`, … */
  readonly name: string
  readonly usage: ScopeUsage = { conns: 0, connsInbound: 0, connsOutbound: 0, streams: 0, streamsInbound: 0, streamsOutbound: 0, memory: 0 }
  readonly #limit: ScopeLimit

  constructor (name: string, limit: ScopeLimit) {
    this.name = name
    this.#limit = limit
  }

  /** @throws {ResourceLimitError} that names the scope and the limit; nothing is taken then */
  check (claim: ResourceClaim): void {
    const kind = this.#exceeded(claim)

    if (kind != null) {
      throw new ResourceLimitError(`${this.name}.${kind}`, this.#limit[kind] ?? 0)
    }
  }

  /** Whether `bytes` more leave about half of the memory to those who cannot do without: go-libp2p's medium priority, 129 of 256 parts. */
  hasSpare (bytes: number): boolean {
    return this.usage.memory + bytes <= (this.#limit.memory ?? Infinity) * 129 / 256
  }

  add (claim: ResourceClaim): void {
    this.#count(claim, 1)
  }

  remove (claim: ResourceClaim): void {
    this.#count(claim, -1)
  }

  get empty (): boolean {
    return this.usage.conns === 0 && this.usage.streams === 0 && this.usage.memory === 0
  }

  // without loops: this is done for every stream

  /** The limit that `claim` is above, the first of them. */
  #exceeded (claim: ResourceClaim): keyof ScopeUsage | undefined {
    const { usage } = this
    const limit = this.#limit

    if (isAbove(usage.conns, claim.conns, limit.conns)) { return 'conns' }
    if (isAbove(usage.connsInbound, claim.connsInbound, limit.connsInbound)) { return 'connsInbound' }
    if (isAbove(usage.connsOutbound, claim.connsOutbound, limit.connsOutbound)) { return 'connsOutbound' }
    if (isAbove(usage.streams, claim.streams, limit.streams)) { return 'streams' }
    if (isAbove(usage.streamsInbound, claim.streamsInbound, limit.streamsInbound)) { return 'streamsInbound' }
    if (isAbove(usage.streamsOutbound, claim.streamsOutbound, limit.streamsOutbound)) { return 'streamsOutbound' }

    return isAbove(usage.memory, claim.memory, limit.memory) ? 'memory' : undefined
  }

  #count (claim: ResourceClaim, sign: 1 | -1): void {
    const { usage } = this
    usage.conns += sign * (claim.conns ?? 0)
    usage.connsInbound += sign * (claim.connsInbound ?? 0)
    usage.connsOutbound += sign * (claim.connsOutbound ?? 0)
    usage.streams += sign * (claim.streams ?? 0)
    usage.streamsInbound += sign * (claim.streamsInbound ?? 0)
    usage.streamsOutbound += sign * (claim.streamsOutbound ?? 0)
    usage.memory += sign * (claim.memory ?? 0)
  }
}

/** A claim of nothing is above no limit. */
function isAbove (used: number, wanted: number = 0, most: number = Infinity): boolean {
  return wanted > 0 && used + wanted > most
}
