import { NotFoundError } from '@libp2p/interface'
import { Key } from 'interface-datastore'
import type { AbortOptions } from '@libp2p/interface'
import type { Batch, Datastore, KeyQuery, Pair, Query } from 'interface-datastore'

/** One for all: the peer store asks for every peer that is dialed, and an error takes longer to make than all the rest. */
const NOT_FOUND = new NotFoundError('the key is not in the datastore')

type Source<T> = Iterable<T> | AsyncIterable<T>

/** The default of `datastore`: keeps everything for as long as the node lives. */
export class MemoryDatastore implements Datastore {
  readonly #values = new Map<string, Uint8Array>()

  has (key: Key, options?: AbortOptions): boolean {
    options?.signal?.throwIfAborted()

    return this.#values.has(key.toString())
  }

  /** @throws {NotFoundError} where nothing was put */
  get (key: Key, options?: AbortOptions): Uint8Array {
    options?.signal?.throwIfAborted()
    const value = this.#values.get(key.toString())

    if (value == null) {
      throw NOT_FOUND
    }

    return value
  }

  put (key: Key, value: Uint8Array, options?: AbortOptions): Key {
    options?.signal?.throwIfAborted()
    this.#values.set(key.toString(), value)

    return key
  }

  delete (key: Key, options?: AbortOptions): void {
    options?.signal?.throwIfAborted()
    this.#values.delete(key.toString())
  }

  async * getMany (keys: Source<Key>, options?: AbortOptions): AsyncGenerator<Pair> {
    for await (const key of keys) {
      yield { key, value: this.get(key, options) }
    }
  }

  async * putMany (pairs: Source<Pair>, options?: AbortOptions): AsyncGenerator<Key> {
    for await (const { key, value } of pairs) {
      yield this.put(key, value, options)
    }
  }

  async * deleteMany (keys: Source<Key>, options?: AbortOptions): AsyncGenerator<Key> {
    for await (const key of keys) {
      this.delete(key, options)
      yield key
    }
  }

  /** Puts and deletions wait for `commit`, which does them in their order. */
  batch (): Batch {
    let changes: Array<(options?: AbortOptions) => void> = []

    return {
      put: (key, value) => { changes.push(options => { this.put(key, value, options) }) },
      delete: key => { changes.push(options => { this.delete(key, options) }) },
      commit: options => {
        const waiting = changes
        changes = []
        waiting.forEach(change => { change(options) })
      }
    }
  }

  * query (query: Query, options?: AbortOptions): Generator<Pair> {
    const pairs = [...this.#values].map(([key, value]) => ({ key: new Key(key), value }))

    yield * select(pairs, query, ({ key }) => key, options)
  }

  * queryKeys (query: KeyQuery, options?: AbortOptions): Generator<Key> {
    const keys = [...this.#values.keys()].map(key => new Key(key))

    yield * select(keys, query, key => key, options)
  }
}

interface Selection<T> {
  prefix?: string
  filters?: Array<(item: T) => boolean>
  orders?: Array<(a: T, b: T) => -1 | 0 | 1>
  limit?: number
  offset?: number
}

function * select<T> (items: T[], { filters = [], limit = Infinity, offset = 0, orders = [], prefix = '' }: Selection<T>, keyOf: (item: T) => Key, options: AbortOptions | undefined): Generator<T> {
  const selected = items.filter(item => keyOf(item).toString().startsWith(prefix) && filters.every(filter => filter(item)))
  orders.forEach(order => selected.sort(order))

  for (const item of selected.slice(offset, offset + limit)) {
    options?.signal?.throwIfAborted()
    yield item
  }
}
