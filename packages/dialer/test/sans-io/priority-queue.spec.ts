import { expect } from 'aegir/chai'
import * as fc from 'fast-check'
import { PriorityQueue } from '../../src/sans-io/priority-queue.ts'

interface Item { key: number, order: number }

const before = (a: Item, b: Item): boolean => a.key < b.key || (a.key === b.key && a.order < b.order)

describe('the priority queue', () => {
  it('property: comes out sorted, whatever is removed from the middle', () => {
    const action = fc.record({ key: fc.integer({ min: 0, max: 20 }), remove: fc.boolean(), place: fc.nat() })

    fc.assert(fc.property(fc.array(action), actions => {
      const queue = new PriorityQueue(before)
      const model: Item[] = []

      actions.forEach(({ key, remove, place }, order) => {
        const removed = remove ? model[place % Math.max(1, model.length)] : undefined

        if (removed !== undefined) {
          model.splice(model.indexOf(removed), 1)
          expect(queue.delete(removed)).to.be.true()
          expect(queue.delete(removed)).to.be.false()
        } else {
          const item = { key, order }
          model.push(item)
          queue.push(item)
        }

        expect(queue.size).to.equal(model.length)
      })

      const sorted = [...model].sort((a, b) => a.key - b.key || a.order - b.order)
      expect(sorted.map(() => queue.pop())).to.deep.equal(sorted)
      expect(queue.pop()).to.be.undefined()
    }))
  })
})
