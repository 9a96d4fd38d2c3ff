import { ResourceLimitError } from '@libp2p-ws/core'
import type { ScopeLimit } from './resource-limits.ts'

/** What a scope holds, by the names of the limits. */
export type ScopeUsage = Required<ScopeLimit>

/** What one connection, stream or buffer takes from each scope it is in. */
export type ResourceClaim = Partial<ScopeUsage>

const KINDS = ['conns', 'connsInbound', 'connsOutbound', 'streams', 'streamsInbound', 'streamsOutbound', 'memory'] as const

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
    for (const kind of KINDS) {
      const wanted = claim[kind] ?? 0
      const most = this.#limit[kind]

      if (wanted > 0 && most != null && this.usage[kind] + wanted > most) {
        throw new ResourceLimitError(`${this.name}.${kind}`, most)
      }
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

  /** Without a loop: this is done for every stream. */
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
