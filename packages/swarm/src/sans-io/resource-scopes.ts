import { ResourceLimitError } from '@libp2p-ws/core'
import { ResourceHold } from './resource-hold.ts'
import { ResourceScope } from './resource-scope.ts'
import type { ResourceLimits, ScopeLimit } from './resource-limits.ts'
import type { ResourceClaim, ScopeUsage } from './resource-scope.ts'

export type Direction = 'inbound' | 'outbound'

//   connection:  system ─ transient ──setPeer──▶ system ─ peer
//   stream:      system ─ transient ─ transient/peer ─ peer ──setProtocol──▶ system ─ peer ─ protocol ─ protocol/peer
//                                                           ──setService───▶ … ─ service ─ service/peer
//   windows of a connection's muxer:                          system ─ peer
//
// A claim is in every scope of its path, or in none. Beside that, no connection or
// stream is above the limits of one.

/** Empty scopes that are kept, since most of them are soon used again. */
const MAX_EMPTY = 64

/**
 * Who holds how much: go-libp2p's resource manager without locks or spans. What
 * is refused is refused whole, with an error that names the limit.
 */
export class ResourceScopes {
  readonly #limits: ResourceLimits
  readonly #scopes = new Map<string, ResourceScope>()
  readonly #system: ResourceScope
  readonly #transient: ResourceScope
  readonly #oneConnection: ResourceScope
  readonly #oneStream: ResourceScope
  readonly #onRelease: ((scopes: readonly ResourceScope[]) => void) | undefined
  #empty: ResourceScope[] = []

  /** `onRelease` is told in which scopes something was released, within the release. */
  constructor (limits: ResourceLimits, onRelease?: (scopes: readonly ResourceScope[]) => void) {
    this.#limits = limits
    this.#onRelease = onRelease
    this.#system = new ResourceScope('system', limits.system)
    this.#transient = new ResourceScope('transient', limits.transient)
    this.#oneConnection = new ResourceScope('connection', limits.connection)
    this.#oneStream = new ResourceScope('stream', limits.stream)
  }

  /** @throws {ResourceLimitError} */
  openConnection (direction: Direction): ResourceHold {
    const claim = direction === 'inbound' ? { conns: 1, connsInbound: 1 } : { conns: 1, connsOutbound: 1 }

    return new ResourceHold(this, { claim, one: this.#oneConnection, lasting: [this.#system], transient: [this.#transient] })
  }

  /** @throws {ResourceLimitError} */
  openStream (direction: Direction, peer: string): ResourceHold {
    const share = this.scope(`transientPeer:${peer}`)
    this.#checkShare(share, direction === 'inbound' ? 'streamsInbound' : 'streamsOutbound')
    const claim = direction === 'inbound' ? { streams: 1, streamsInbound: 1 } : { streams: 1, streamsOutbound: 1 }

    return new ResourceHold(this, { claim, one: this.#oneStream, lasting: [this.#system, this.scope(`peer:${peer}`)], transient: [this.#transient, share], peer })
  }

  /** Everything that is held, by scope. */
  snapshot (): Record<string, ScopeUsage> {
    const held = [this.#system, this.#transient, ...this.#scopes.values()].filter(scope => !scope.empty)

    return Object.fromEntries(held.map(({ name, usage }) => [name, { ...usage }]))
  }

  /** The scope of that name, to be claimed from at once: while it is empty, it may be forgotten. */
  scope (name: string): ResourceScope {
    let scope = this.#scopes.get(name)

    if (scope == null) {
      scope = new ResourceScope(name, this.#limitOf(name))
      this.#scopes.set(name, scope)
      this.#empty.push(scope)
    }

    return scope
  }

  /** Takes `claim` from all of `scopes`, or throws and takes nothing. */
  claim (claim: ResourceClaim, scopes: readonly ResourceScope[]): void {
    try {
      scopes.forEach(scope => { scope.check(claim) })
    } catch (err) {
      this.#dropEmpty()
      throw err
    }

    scopes.forEach(scope => { scope.add(claim) })
  }

  /** As `claim`, for memory that nobody needs: false, and nothing is taken, unless every scope has spare. */
  claimSpare (memory: number, scopes: readonly ResourceScope[]): boolean {
    const spare = scopes.every(scope => scope.hasSpare(memory))
    spare && scopes.forEach(scope => { scope.add({ memory }) })

    return spare
  }

  release (claim: ResourceClaim, scopes: readonly ResourceScope[]): void {
    for (const scope of scopes) {
      scope.remove(claim)
      scope.empty && this.#empty.push(scope)
    }

    this.#dropEmpty()
    this.#onRelease?.(scopes)
  }

  /**
   * No peer may hold more of the transient scope than it leaves free: one that
   * opens streams and never says what for would else keep everybody's streams
   * out, as it can in go-libp2p. (The rule is that of shared packet buffers:
   * Choudhury and Hahne, Dynamic Queue Length Thresholds, 1998.)
   */
  #checkShare (share: ResourceScope, kind: 'streamsInbound' | 'streamsOutbound'): void {
    const held = share.usage[kind]
    const free = (this.#limits.transient[kind] ?? Infinity) - this.#transient.usage[kind]

    if (held > 0 && held >= free) {
      throw new ResourceLimitError(`${share.name}.${kind}`, held)
    }
  }

  /** Peers that are gone leave nothing behind, but for the last few. Not between `scope` and `claim`. */
  #dropEmpty (): void {
    if (this.#empty.length > MAX_EMPTY) {
      this.#empty.filter(scope => scope.empty).forEach(({ name }) => { this.#scopes.delete(name) })
      this.#empty = []
    }
  }

  #limitOf (name: string): ScopeLimit {
    const colon = name.indexOf(':')
    const kind = colon === -1 ? name : name.slice(0, colon)
    const id = name.slice(colon + 1)

    switch (kind) {
      case 'peer': return this.#limits.peers[id] ?? this.#limits.peer
      case 'protocol': return this.#limits.protocols[id] ?? this.#limits.protocol
      case 'service': return this.#limits.services[id] ?? this.#limits.service
      case 'protocolPeer': return this.#limits.protocolPeer
      case 'servicePeer': return this.#limits.servicePeer
      case 'transient': return this.#limits.transient
      case 'transientPeer': return {}
      default: return this.#limits.system
    }
  }
}
