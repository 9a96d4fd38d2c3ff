import { expect } from 'aegir/chai'
import fc from 'fast-check'
import { DeadlineQueue } from '../src/sans-io/deadline-queue.ts'

describe('a queue of deadlines', () => {
  it('gives each item once, at its deadline, unless it was removed', () => {
    const step = fc.oneof(
      fc.record({ wait: fc.nat(15) }),
      fc.record({ remove: fc.nat(20) }),
      fc.constant('add' as const)
    )

    fc.assert(fc.property(fc.array(step), steps => {
      const queue = new DeadlineQueue<number>(10)
      const due = new Map<number, number>()
      let now = 0
      let next = 0

      for (const each of steps) {
        if (each === 'add') {
          queue.add(next, now)
          due.set(next++, now + 10)
        } else if ('remove' in each) {
          queue.remove(each.remove)
          due.delete(each.remove)
        } else {
          now += each.wait
          const expired = dueAt(due, now)
          expect(queue.handleTimeout(now)).to.deep.equal(expired)
          expired.forEach(item => due.delete(item))
        }

        expect(queue.pollTimeout()).to.equal(due.size === 0 ? undefined : Math.min(...due.values()))
      }
    }))
  })
})

function dueAt (due: Map<number, number>, now: number): number[] {
  return [...due].filter(([, at]) => at <= now).map(([item]) => item)
}
