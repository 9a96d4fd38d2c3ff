import { expect } from 'aegir/chai'
import fc from 'fast-check'
import { merge } from '../src/routing/merge.ts'

async function * from<T> (values: T[]): AsyncGenerator<T> {
  yield * values
}

async function collect<T> (values: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = []

  for await (const value of values) {
    collected.push(value)
  }

  return collected
}

describe('merge', () => {
  it('has every value of every source, mapped', async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.array(fc.integer())), async lists => {
      const merged = await collect(merge(lists.map(from), async value => `${value}`))

      expect(merged.sort()).to.deep.equal(lists.flat().map(String).sort())
    }))
  })

  it('keeps nobody waiting for a source or a value that takes its time', async () => {
    const never = new Promise<never>(() => {})
    const stuck: AsyncIterable<number> = { [Symbol.asyncIterator]: () => ({ next: async () => never }) }
    const merged = merge([stuck, from([1, 2, 3])], async value => value === 1 ? never : value)

    expect([(await merged.next()).value, (await merged.next()).value]).to.deep.equal([2, 3])
  })

  it('throws what a source or the mapping throws', async () => {
    const failing: AsyncIterable<number> = { [Symbol.asyncIterator]: () => ({ next: async () => { throw new Error('no source') } }) }

    await expect(collect(merge([from([1]), failing], value => value))).to.eventually.be.rejectedWith('no source')
    await expect(collect(merge([from([1])], () => { throw new Error('no mapping') }))).to.eventually.be.rejectedWith('no mapping')
  })

  it('ends its sources when nobody reads on', async () => {
    const ended: string[] = []
    const endless = async function * (name: string): AsyncGenerator<string> {
      try {
        while (true) {
          yield name
        }
      } finally {
        ended.push(name)
      }
    }

    const merged = merge([endless('a'), endless('b')], name => name)
    await merged.next()
    await merged.return(undefined)
    await new Promise(resolve => { setImmediate(resolve) })
    expect(ended.sort()).to.deep.equal(['a', 'b'])
  })

  it('asks no source before somebody reads', async () => {
    let asked = 0
    const source: AsyncIterable<number> = { [Symbol.asyncIterator]: () => ({ next: async () => ({ value: asked++, done: false }) }) }
    const merged = merge([source], value => value)
    expect(asked).to.equal(0)
    await merged.next()

    expect(asked).to.be.within(1, 2)
  })
})
