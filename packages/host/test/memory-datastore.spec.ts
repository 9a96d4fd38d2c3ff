import { expect } from 'aegir/chai'
import { MemoryDatastore as Reference } from 'datastore-core/memory'
import fc from 'fast-check'
import { Key } from 'interface-datastore'
import { MemoryDatastore } from '../src/memory-datastore.ts'
import type { Datastore, Pair, Query } from 'interface-datastore'

const keys = fc.constantFrom('/a', '/a/b', '/a/c', '/ab', '/b').map(key => new Key(key))
const pairs = fc.record({ key: keys, value: fc.uint8Array({ maxLength: 2 }) })
const changes = fc.array(fc.oneof(
  pairs.map(({ key, value }) => (store: Datastore) => store.put(key, value)),
  keys.map(key => (store: Datastore) => store.delete(key)),
  fc.array(pairs).map(pairs => async (store: Datastore) => collect(store.putMany(pairs))),
  fc.array(keys).map(keys => async (store: Datastore) => collect(store.deleteMany(keys)))
))
const queries: fc.Arbitrary<Query> = fc.record({
  prefix: fc.constantFrom('/', '/a', '/a/', '/c'),
  filters: fc.constantFrom([], [({ value }: Pair) => value.length > 0]),
  orders: fc.constantFrom([], [(a: Pair, b: Pair) => a.key.toString() < b.key.toString() ? -1 as const : 1 as const]),
  limit: fc.nat(3),
  offset: fc.nat(3)
}, { requiredKeys: [] })

async function collect<T> (values: AsyncIterable<T> | Iterable<T>): Promise<T[]> {
  const collected: T[] = []

  for await (const value of values) {
    collected.push(value)
  }

  return collected
}

describe('MemoryDatastore', () => {
  it('has what the one of datastore-core has, whatever is put and deleted', async () => {
    await fc.assert(fc.asyncProperty(changes, queries, async (changes, query) => {
      const [store, reference] = [new MemoryDatastore(), new Reference()]

      for (const change of changes) {
        await change(store)
        await change(reference)
      }

      expect(await collect(store.query(query))).to.deep.equal(await collect(reference.query(query)))
      const { limit, offset, prefix } = query
      const keyQuery = { ...(prefix == null ? {} : { prefix }), ...(limit == null ? {} : { limit }), ...(offset == null ? {} : { offset }) }
      expect(await collect(store.queryKeys(keyQuery))).to.deep.equal(await collect(reference.queryKeys(keyQuery)))
    }))
  })

  it('gets what was put, and says that it has no other', async () => {
    const store = new MemoryDatastore()
    const key = store.put(new Key('/a'), Uint8Array.of(1))

    expect(store.get(key)).to.deep.equal(Uint8Array.of(1))
    expect(store.has(key)).to.be.true()
    expect(store.has(new Key('/b'))).to.be.false()
    expect(() => store.get(new Key('/b'))).to.throw().with.property('name', 'NotFoundError')
    expect(await collect(store.getMany([key]))).to.deep.equal([{ key, value: Uint8Array.of(1) }])
  })

  it('changes nothing before a batch is committed, and then once', async () => {
    const store = new MemoryDatastore()
    const [a, b] = [new Key('/a'), new Key('/b')]
    store.put(a, Uint8Array.of(1))
    const batch = store.batch()
    batch.delete(a)
    batch.put(b, Uint8Array.of(2))

    expect([store.has(a), store.has(b)]).to.deep.equal([true, false])
    await batch.commit()
    expect([store.has(a), store.has(b)]).to.deep.equal([false, true])
    store.put(a, Uint8Array.of(3))
    await batch.commit()
    expect(store.has(a)).to.be.true()
  })

  it('does nothing for somebody who has given up', async () => {
    const store = new MemoryDatastore()
    const options = { signal: AbortSignal.abort(new Error('given up')) }
    const key = new Key('/a')
    store.put(key, Uint8Array.of(1))

    for (const act of [() => store.has(key, options), () => store.get(key, options), () => store.put(key, Uint8Array.of(2), options), () => { store.delete(key, options) }, () => [...store.query({}, options)]]) {
      expect(act).to.throw('given up')
    }

    expect(store.get(key)).to.deep.equal(Uint8Array.of(1))
  })
})
