import { expect } from 'aegir/chai'
import { LossyLink } from './lossy-link.ts'
import { findings, soak } from './soak.ts'

describe('under churn, resets, kills, lost packets and partitions', function () {
  this.timeout(240_000)

  it('nothing leaks, and every acknowledged byte arrives once and in order', async function () {
    const missing = LossyLink.lacks()

    if (missing != null) {
      process.stdout.write(`skipped: no ${missing}\n`)
      this.skip()
    }

    const states = await soak({ rounds: 3, roundTime: 11_000, loss: 0.02 })
    const { dialer, listener } = states.at(-1) ?? expect.fail('no round')

    expect(findings(states, 1)).to.deep.equal([])
    expect(listener.done['transfers']).to.be.above(20)
    expect(dialer.done['transfer']).to.be.above(5)
  })
})
