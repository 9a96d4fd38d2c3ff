/** What comes next: a value of a source, or what `map` made of one. */
interface Step<T, U> {
  key: object
  next?: IteratorResult<T>
  mapped?: U
}

/**
 * What `map` makes of the values of all of `sources`, as it comes. A source is
 * asked for its next value while those before it are mapped, and told when
 * nobody reads on.
 *
 * @throws {Error} the first of any source or of `map`
 */
export async function * merge<T, U> (sources: Array<AsyncIterable<T>>, map: (value: T) => U | Promise<U>): AsyncGenerator<U> {
  const iterators = sources.map(source => source[Symbol.asyncIterator]())
  const pending = new Map<object, Promise<Step<T, U>>>()
  const pull = (iterator: AsyncIterator<T>): void => {
    pending.set(iterator, iterator.next().then(next => ({ key: iterator, next })))
  }
  const mapValue = async (key: object, value: T): Promise<Step<T, U>> => ({ key, mapped: await map(value) })

  try {
    iterators.forEach(pull)

    while (pending.size > 0) {
      const { key, mapped, next } = await Promise.race(pending.values())
      pending.delete(key)

      if (next == null) {
        yield mapped as U
      } else if (next.done !== true) {
        const task = {}
        pending.set(task, mapValue(task, next.value))
        pull(key as AsyncIterator<T>)
      }
    }
  } finally {
    for (const iterator of iterators) {
      // not awaited: a source that waits for the network ends when it has its answer
      iterator.return?.().catch(() => {})
    }
  }
}
