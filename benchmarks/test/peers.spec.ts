import { expect } from 'aegir/chai'
import { LOOPBACK } from '../suite/link.ts'
import { closePair, openPair } from '../suite/pair.ts'
import { measure, SCENARIOS } from '../suite/scenarios.ts'
import { prepareStack } from '../suite/stacks.ts'
import { skipWithoutProc } from './skip.ts'
import type { Pair } from '../suite/pair.ts'

const SIZES = { bytes: 1024 * 1024 + 1, streams: 16, dials: 16 }

describe('two peers of our stack', function () {
  this.timeout(60_000)
  let pair: Pair | undefined

  before(skipWithoutProc)

  before(async () => {
    const ours = await prepareStack('ours')
    pair = await openPair({ name: 'ours', dialer: ours, listener: ours }, LOOPBACK, 'noise')
  })

  after(async () => {
    pair != null && await closePair(pair)
  })

  function open (): Pair {
    if (pair == null) {
      throw new Error('the pair did not open')
    }

    return pair
  }

  SCENARIOS.forEach(scenario => {
    it(`measures ${scenario.name}`, async () => {
      const values = Object.values(await measure(scenario, open(), SIZES, SIZES))

      expect(values).to.not.be.empty()
      expect(values.every(value => value >= 0 && value < Infinity)).to.equal(true)
    })
  })

  it('answers a command that fails with the reason', async () => {
    await expect(open().dialer.run({ command: 'connect', security: 'noise', address: '/ip4/127.0.0.1/tcp/1/ws' }, 30_000))
      .to.be.rejectedWith(/^connect: \w+Error: /)
  })
})
