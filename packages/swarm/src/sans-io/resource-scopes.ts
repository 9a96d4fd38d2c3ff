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

/**
 * Who holds how much: go-libp2p's resource manager without locks or spans. What
 * is refused is refused whole, with an error that names the limit.
 */
export class ResourceScopes {
  readonly #limits: ResourceLimits
  readonly #scopes = new Map<string, ResourceScope>()
  readonly #oneConnection: ResourceScope
  readonly #oneStream: ResourceScope

  readonly #onRelease: ((names: readonly string[]) => void) | undefined

  /** `onRelease` is told in which scopes something was released, within the release. */
  constructor (limits: ResourceLimits, onRelease?: (names: readonly string[]) => void) {
    this.#limits = limits
    this.#onRelease = onRelease
    this.#oneConnection = new ResourceScope('connection', limits.connection)
    this.#oneStream = new ResourceScope('stream', limits.stream)
  }

  /** @throws {ResourceLimitError} */
  openConnection (direction: Direction): ResourceHold {
    const claim = { conns: 1, [direction === 'inbound' ? 'connsInbound' : 'connsOutbound']: 1 }

    return new ResourceHold(this, claim, ['system', 'transient'], this.#oneConnection)
  }

  /** @throws {ResourceLimitError} */
  openStream (direction: Direction, peer: string): ResourceHold {
    const kind = direction === 'inbound' ? 'streamsInbound' : 'streamsOutbound'
    this.#checkShare(kind, peer)

    return new ResourceHold(this, { streams: 1, [kind]: 1 }, ['system', 'transient', `transientPeer:${peer}`, `peer:${peer}`], this.#oneStream)
  }

  /** Everything that is held, by scope. */
  snapshot (): Record<string, ScopeUsage> {
    return Object.fromEntries([...this.#scopes].map(([name, { usage }]) => [name, { ...usage }]))
  }

  /** Takes `claim` from every scope in `names`, or throws and takes nothing. */
  claim (claim: ResourceClaim, names: readonly string[]): void {
    const scopes = names.map(name => this.#scope(name))

    try {
      scopes.forEach(scope => { scope.check(claim) })
    } catch (err) {
      this.#dropEmpty(scopes)
      throw err
    }

    scopes.forEach(scope => { scope.add(claim) })
  }

  /** As `claim`, for memory that nobody needs: false, and nothing is taken, unless every scope has spare. */
  claimSpare (memory: number, names: readonly string[]): boolean {
    const scopes = names.map(name => this.#scope(name))
    const spare = scopes.every(scope => scope.hasSpare(memory))
    spare ? scopes.forEach(scope => { scope.add({ memory }) }) : this.#dropEmpty(scopes)

    return spare
  }

  release (claim: ResourceClaim, names: readonly string[]): void {
    const scopes = names.map(name => this.#scope(name))
    scopes.forEach(scope => { scope.remove(claim) })
    this.#dropEmpty(scopes)
    this.#onRelease?.(names)
  }

  /**
   * No peer may hold more of the transient scope than it leaves free: one that
   * opens streams and never says what for would else keep everybody's streams
   * out, as it can in go-libp2p. (The rule is that of shared packet buffers:
   * Choudhury and Hahne, Dynamic Queue Length Thresholds, 1998.)
   */
  #checkShare (kind: 'streamsInbound' | 'streamsOutbound', peer: string): void {
    const held = this.#scopes.get(`transientPeer:${peer}`)?.usage[kind] ?? 0
    const free = (this.#limits.transient[kind] ?? Infinity) - (this.#scopes.get('transient')?.usage[kind] ?? 0)

    if (held > 0 && held >= free) {
      throw new ResourceLimitError(`transientPeer:${peer}.${kind}`, held)
    }
  }

  #scope (name: string): ResourceScope {
    const scope = this.#scopes.get(name) ?? new ResourceScope(name, this.#limitOf(name))
    this.#scopes.set(name, scope)

    return scope
  }

  /** A peer that is gone leaves nothing behind. */
  #dropEmpty (scopes: ResourceScope[]): void {
    for (const scope of scopes) {
      if (scope.empty) {
        this.#scopes.delete(scope.name)
      }
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
