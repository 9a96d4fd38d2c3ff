import { expect } from 'aegir/chai'
import fc from 'fast-check'
import { METRICS, timesBetter } from '../suite/metrics.ts'
import { median, summarize } from '../suite/statistics.ts'

describe('statistics', () => {
  it('takes the middle value, whatever the order', () => {
    expect(median([30, 1, 2])).to.equal(2)
    expect(median([10, 2, 1, 4])).to.equal(3)
    expect(median([7])).to.equal(7)
  })

  it('has as many values above the median as below it', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: -1_000, max: 1_000 }), { minLength: 1 }), values => {
      const middle = median(values)
      const above = values.filter(value => value > middle).length
      const below = values.filter(value => value < middle).length

      expect(above).to.be.at.most(values.length / 2)
      expect(below).to.be.at.most(values.length / 2)
    }))
  })

  it('leaves what it is given in its order', () => {
    const values = [3, 1, 2]
    summarize(values)

    expect(values).to.deep.equal([3, 1, 2])
  })

  it('sums up how far the values go', () => {
    expect(summarize([3, 1, 2])).to.deep.equal({ median: 2, min: 1, max: 3, count: 3 })
    expect(summarize([])).to.equal(undefined)
  })

  it('counts times better in the way that the metric goes', () => {
    expect(timesBetter(METRICS.upload, 300, 100)).to.equal(3)
    expect(timesBetter(METRICS.dial, 1, 3)).to.equal(3)
  })
})
