import type { ResourceScope } from './resource-scope.ts'
import type { ResourceScopes } from './resource-scopes.ts'
import type { MemoryReserver } from '@libp2p-ws/core'

/** What the muxer of one connection holds for what its peer may send. */
export class PeerMemory implements MemoryReserver {
  readonly #scopes: ResourceScopes
  readonly #path: readonly ResourceScope[]
  #held = 0
  #closed = false

  constructor (scopes: ResourceScopes, path: readonly ResourceScope[]) {
    this.#scopes = scopes
    this.#path = path
  }

  /** @throws {ResourceLimitError} that names the scope; nothing is taken then */
  reserve (bytes: number): void {
    if (!this.#closed) {
      this.#scopes.claim({ memory: bytes }, this.#path)
      this.#held += bytes
    }
  }

  reserveSpare (bytes: number): boolean {
    if (this.#closed || !this.#scopes.claimSpare(bytes, this.#path)) {
      return false
    }

    this.#held += bytes

    return true
  }

  release (bytes: number): void {
    if (!this.#closed) {
      this.#held -= bytes
      this.#scopes.release({ memory: bytes }, this.#path)
    }
  }

  /** The connection is gone, and with it all that was held. */
  close (): void {
    this.release(this.#held)
    this.#closed = true
  }
}
