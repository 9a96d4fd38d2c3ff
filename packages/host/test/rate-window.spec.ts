import { expect } from 'aegir/chai'
import fc from 'fast-check'
import { RateWindow } from '../src/connections/rate-window.ts'

describe('rate window', () => {
  it('counts each key for itself, and anew when its window is over', () => {
    const window = new RateWindow(2, 1_000)
    const at = (key: string, ...times: number[]): boolean[] => times.map(now => window.take(key, now))

    expect(at('a', 0, 10, 20)).to.deep.equal([true, true, false])
    expect(at('b', 20)).to.deep.equal([true])
    expect(at('a', 999, 1_000, 1_001, 1_002)).to.deep.equal([false, true, true, false])
  })

  it('never lets more than the limit through in the length of a window from a first event', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 4 }), fc.array(fc.record({ key: fc.constantFrom('a', 'b'), wait: fc.nat(400) })), (limit, events) => {
      const window = new RateWindow(limit, 1_000)
      const taken: Record<string, Array<{ at: number, within: boolean }>> = { a: [], b: [] }
      let now = 0

      for (const { key, wait } of events) {
        now += wait
        taken[key]?.push({ at: now, within: window.take(key, now) })
      }

      for (const seen of Object.values(taken)) {
        let first = -Infinity
        let count = 0

        for (const { at, within } of seen) {
          if (at >= first + 1_000) {
            first = at
            count = 0
          }

          count++
          expect(within).to.equal(count <= limit)
        }
      }
    }))
  })
})
