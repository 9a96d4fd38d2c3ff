import { PeerMemory } from './peer-memory.ts'
import type { ResourceClaim, ResourceScope } from './resource-scope.ts'
import type { ResourceScopes } from './resource-scopes.ts'

export interface ResourceHoldInit {
  claim: ResourceClaim

  /** The limits of one connection or stream; all of them share it, and it stays empty. */
  one: ResourceScope

  /** Where it counts until it is released. */
  lasting: ResourceScope[]

  /** Where it counts until it is known whose connection it is, or what the stream is for. */
  transient: ResourceScope[]

  /** Of a stream. */
  peer?: string
}

/** What one connection or stream holds. Released once; a released hold stays released. */
export class ResourceHold {
  readonly #scopes: ResourceScopes
  readonly #claim: ResourceClaim
  readonly #one: ResourceScope
  #lasting: ResourceScope[]
  #transient: ResourceScope[]
  #memory = 0
  #peer: string | undefined
  #peerMemory: PeerMemory | undefined
  #released = false

  /** @throws {ResourceLimitError} that names the limit; nothing is taken then */
  constructor (scopes: ResourceScopes, { claim, one, lasting, transient, peer }: ResourceHoldInit) {
    one.check(claim)
    scopes.claim(claim, [...lasting, ...transient])
    this.#scopes = scopes
    this.#claim = claim
    this.#one = one
    this.#lasting = lasting
    this.#transient = transient
    this.#peer = peer
  }

  /**
   * The peer of a connection is known: it leaves the transient scope.
   *
   * @throws {ResourceLimitError} when the peer has enough connections; the hold stays as it was
   */
  setPeer (peer: string): void {
    this.#peer = peer
    this.#settle([`peer:${peer}`])
  }

  /** @throws {ResourceLimitError} when there are enough streams of `protocol`; the hold stays as it was */
  setProtocol (protocol: string): void {
    this.#settle([`protocol:${protocol}`, `protocolPeer:${protocol} ${this.#peer}`])
  }

  /** @throws {ResourceLimitError} when `service` has enough streams; the hold stays as it was */
  setService (service: string): void {
    this.#enter([`service:${service}`, `servicePeer:${service} ${this.#peer}`])
  }

  /**
   * @param bytes - added to what is held
   * @throws {ResourceLimitError} when a scope has no more; nothing is added then
   */
  reserveMemory (bytes: number): void {
    if (!this.#released) {
      this.#one.check({ memory: this.#memory + bytes })
      this.#scopes.claim({ memory: bytes }, [...this.#lasting, ...this.#transient])
      this.#memory += bytes
    }
  }

  /** For the muxer of a connection, after `setPeer`: counted in the scopes of system and peer, as in go-libp2p. */
  peerMemory (): PeerMemory {
    this.#peerMemory ??= new PeerMemory(this.#scopes, this.#lasting)
    this.#released && this.#peerMemory.close()

    return this.#peerMemory
  }

  release (): void {
    if (!this.#released) {
      this.#released = true
      this.#peerMemory?.close()
      this.#scopes.release(this.#held(), [...this.#lasting, ...this.#transient])
    }
  }

  /** Leaves what is transient for the scopes of these names. */
  #settle (names: string[]): void {
    if (this.#enter(names) && this.#transient.length > 0) {
      const left = this.#transient
      this.#transient = []
      this.#scopes.release(this.#held(), left)
    }
  }

  #enter (names: string[]): boolean {
    if (this.#released) {
      return false
    }

    const added = names.map(name => this.#scopes.scope(name)).filter(scope => !this.#lasting.includes(scope))
    this.#scopes.claim(this.#held(), added)
    this.#lasting = [...this.#lasting, ...added]

    return true
  }

  #held (): ResourceClaim {
    return this.#memory === 0 ? this.#claim : { ...this.#claim, memory: this.#memory }
  }
}
