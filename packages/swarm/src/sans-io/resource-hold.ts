import { PeerMemory } from './peer-memory.ts'
import type { ResourceClaim, ResourceScope } from './resource-scope.ts'
import type { ResourceScopes } from './resource-scopes.ts'

/** What one connection or stream holds. Released once; a released hold stays released. */
export class ResourceHold {
  readonly #scopes: ResourceScopes
  readonly #claim: ResourceClaim

  /** The limits of one connection or stream; all of them share it, and it stays empty. */
  readonly #one: ResourceScope
  #names: string[]
  #memory = 0
  #peer: string | undefined
  #peerMemory: PeerMemory | undefined
  #released = false

  constructor (scopes: ResourceScopes, claim: ResourceClaim, names: string[], one: ResourceScope) {
    one.check(claim)
    scopes.claim(claim, names)
    this.#scopes = scopes
    this.#claim = claim
    this.#one = one
    this.#names = names
    this.#peer = names.find(name => name.startsWith('peer:'))?.slice('peer:'.length)
  }

  /**
   * The peer of a connection is known: it leaves the transient scope.
   *
   * @throws {ResourceLimitError} when the peer has enough connections; the hold stays as it was
   */
  setPeer (peer: string): void {
    this.#peer = peer
    this.#move([`peer:${peer}`], ['transient'])
  }

  /** @throws {ResourceLimitError} when there are enough streams of `protocol`; the hold stays as it was */
  setProtocol (protocol: string): void {
    this.#move([`protocol:${protocol}`, `protocolPeer:${protocol} ${this.#peer}`], ['transient', `transientPeer:${this.#peer}`])
  }

  /** @throws {ResourceLimitError} when `service` has enough streams; the hold stays as it was */
  setService (service: string): void {
    this.#move([`service:${service}`, `servicePeer:${service} ${this.#peer}`], [])
  }

  /**
   * @param bytes - added to what is held
   * @throws {ResourceLimitError} when a scope has no more; nothing is added then
   */
  reserveMemory (bytes: number): void {
    if (!this.#released) {
      this.#one.check({ memory: this.#memory + bytes })
      this.#scopes.claim({ memory: bytes }, this.#names)
      this.#memory += bytes
    }
  }

  /** For the muxer of a connection, after `setPeer`: counted in the scopes of system and peer, as in go-libp2p. */
  peerMemory (): PeerMemory {
    this.#peerMemory ??= new PeerMemory(this.#scopes, this.#names)
    this.#released && this.#peerMemory.close()

    return this.#peerMemory
  }

  release (): void {
    if (!this.#released) {
      this.#released = true
      this.#peerMemory?.close()
      this.#scopes.release({ ...this.#claim, memory: this.#memory }, this.#names)
    }
  }

  #move (into: string[], outOf: string[]): void {
    if (this.#released) {
      return
    }

    const held = { ...this.#claim, memory: this.#memory }
    const added = into.filter(name => !this.#names.includes(name))
    const left = outOf.filter(name => this.#names.includes(name))
    this.#scopes.claim(held, added)
    this.#scopes.release(held, left)
    this.#names = [...this.#names.filter(name => !left.includes(name)), ...added]
  }
}
