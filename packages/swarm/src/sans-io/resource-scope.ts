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
      const most = this.#limit[kind]

      if (most != null && this.usage[kind] + (claim[kind] ?? 0) > most && (claim[kind] ?? 0) > 0) {
        throw new ResourceLimitError(`${this.name}.${kind}`, most)
      }
    }
  }

  add (claim: ResourceClaim): void {
    for (const kind of KINDS) {
      this.usage[kind] += claim[kind] ?? 0
    }
  }

  remove (claim: ResourceClaim): void {
    for (const kind of KINDS) {
      this.usage[kind] -= claim[kind] ?? 0
    }
  }

  get empty (): boolean {
    return KINDS.every(kind => this.usage[kind] === 0)
  }
}
