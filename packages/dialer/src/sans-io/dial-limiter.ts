import { CONCURRENT_FD_DIALS, DEFAULT_PER_PEER_RATE_LIMIT } from './constants.ts'
import { PriorityQueue } from './priority-queue.ts'

/** What the limiter has to know of a dial. */
export interface LimitedDial {
  readonly peer: string
  readonly usesFd: boolean

  /** Whether it was dialed before; such a dial waits behind all that were not. */
  readonly wasTried: boolean

  /** Higher goes first. */
  readonly priority: number
}

export interface DialLimiterInit {
  /** Dials in flight that hold a file descriptor. Default 160. */
  fdLimit?: number

  /** Dials in flight to one peer. Default 8. */
  perPeerLimit?: number
}

/** What became of a dial that took another token. `waitsFor` is absent when it has them all and may start. */
export interface TokenStep<D> {
  dial: D
  waitsFor?: string
}

interface Holder<D> {
  dial: D
  tokens: string[]

  /** Tokens taken so far: the first `held` of `tokens`. */
  held: number

  /** Order of arrival in the queue it waits in. */
  order: number
}

interface Pool<D> {
  free: number
  waiting: PriorityQueue<Holder<D>>
}

/**
 * Seed 004's token algorithm. A dial takes one token from each pool that it
 * needs, the peer's before the file descriptor, and waits with what it has. A
 * dial that ends hands each of its tokens straight to a waiting dial; only where
 * nobody waits does the token go back to its pool.
 */
export class DialLimiter<D extends LimitedDial> {
  readonly #fdLimit: number
  readonly #perPeerLimit: number
  readonly #pools = new Map<string, Pool<D>>()
  readonly #holders = new Map<D, Holder<D>>()
  #order = 0

  constructor (init: DialLimiterInit = {}) {
    this.#fdLimit = init.fdLimit ?? CONCURRENT_FD_DIALS
    this.#perPeerLimit = init.perPeerLimit ?? DEFAULT_PER_PEER_RATE_LIMIT
  }

  /** Dials that hold or wait for a token. */
  get size (): number {
    return this.#holders.size
  }

  /** Tokens that are out of their pools. */
  get tokensTaken (): number {
    return [...this.#pools].reduce((sum, [token, pool]) => sum + this.#capacity(token) - pool.free, 0)
  }

  /** The names of the tokens `dial` needs, in the order they are taken. */
  tokensFor (dial: LimitedDial): string[] {
    return dial.usesFd ? [peerToken(dial.peer), FD_TOKEN] : [peerToken(dial.peer)]
  }

  /** Takes what tokens there are for `dial`. It must not be here already. */
  add (dial: D): TokenStep<D> {
    const holder = { dial, tokens: this.tokensFor(dial), held: 0, order: 0 }
    this.#holders.set(dial, holder)

    return this.#take(holder)
  }

  /**
   * `dial` has ended or is no longer wanted, whether it was in flight or waiting.
   * Returns what became of the dials that its tokens went to.
   */
  remove (dial: D): Array<TokenStep<D>> {
    const holder = this.#holders.get(dial)

    if (holder === undefined) {
      return []
    }

    this.#holders.delete(dial)
    const wanted = holder.tokens[holder.held]

    if (wanted !== undefined) {
      this.#pool(wanted).waiting.delete(holder)
      this.#forgetIfIdle(wanted)
    }

    return holder.tokens.slice(0, holder.held).reverse().flatMap(token => this.#give(token))
  }

  /** The dial that gets the next `token`. */
  firstWaiting (token: string): D | undefined {
    return this.#pools.get(token)?.waiting.peek()?.dial
  }

  #take (holder: Holder<D>): TokenStep<D> {
    for (let token = holder.tokens[holder.held]; token !== undefined; token = holder.tokens[holder.held]) {
      const pool = this.#pool(token)

      if (pool.free === 0) {
        holder.order = this.#order++
        pool.waiting.push(holder)

        return { dial: holder.dial, waitsFor: token }
      }

      pool.free--
      holder.held++
    }

    return { dial: holder.dial }
  }

  #give (token: string): Array<TokenStep<D>> {
    const pool = this.#pool(token)
    const next = pool.waiting.pop()

    if (next === undefined) {
      pool.free++
      this.#forgetIfIdle(token)

      return []
    }

    next.held++

    return [this.#take(next)]
  }

  #pool (token: string): Pool<D> {
    let pool = this.#pools.get(token)

    if (pool === undefined) {
      pool = { free: this.#capacity(token), waiting: new PriorityQueue(goesBefore) }
      this.#pools.set(token, pool)
    }

    return pool
  }

  #forgetIfIdle (token: string): void {
    const pool = this.#pools.get(token)

    if (pool !== undefined && pool.free === this.#capacity(token) && pool.waiting.size === 0) {
      this.#pools.delete(token)
    }
  }

  #capacity (token: string): number {
    return token === FD_TOKEN ? this.#fdLimit : this.#perPeerLimit
  }
}

export const FD_TOKEN = 'fd'

export function peerToken (peer: string): string {
  return `peer:${peer}`
}

function goesBefore<D extends LimitedDial> (a: Holder<D>, b: Holder<D>): boolean {
  if (a.dial.wasTried !== b.dial.wasTried) {
    return b.dial.wasTried
  }

  return a.dial.priority > b.dial.priority || (a.dial.priority === b.dial.priority && a.order < b.order)
}
