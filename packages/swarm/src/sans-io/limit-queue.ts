/**
 * Those who met a limit, each in the line of the scope whose limit that was. When
 * something of a scope is released, the first in its line has its turn: it tries
 * again, and when it got what it wanted, or wants it no more, the next has its turn.
 */
export class LimitQueue {
  readonly #lines = new Map<string, Set<() => void>>()

  /**
   * @param limit - as in `ResourceLimitError`
   * @param onTurn - called once, within a release: to be heeded later
   * @returns leaves the line
   */
  join (limit: string, onTurn: () => void): () => void {
    const scope = scopeOf(limit)
    const line = this.#lines.get(scope) ?? new Set()
    this.#lines.set(scope, line.add(onTurn))

    return () => { this.#leave(scope, onTurn) }
  }

  /** Whoever had its turn at `limit` has had it. */
  pass (limit: string): void {
    this.#call(scopeOf(limit))
  }

  /** Something was released in these scopes. */
  onRelease (scopes: ReadonlyArray<{ name: string }>): void {
    if (this.#lines.size > 0) {
      scopes.forEach(({ name }) => { this.#call(name) })
    }
  }

  #call (scope: string): void {
    const [onTurn] = this.#lines.get(scope) ?? []

    if (onTurn != null) {
      this.#leave(scope, onTurn)
      onTurn()
    }
  }

  #leave (scope: string, onTurn: () => void): void {
    const line = this.#lines.get(scope)
    line?.delete(onTurn)

    if (line?.size === 0) {
      this.#lines.delete(scope)
    }
  }
}

/** `peer:12D3….streamsOutbound` is a limit of `peer:12D3…`. */
function scopeOf (limit: string): string {
  return limit.slice(0, limit.lastIndexOf('.'))
}
