import { expect } from 'aegir/chai'
import { brokenTransports } from './helpers/broken/index.ts'
import { collectCases } from './helpers/collect-cases.ts'
import { simulatedSetUp } from './helpers/simulated-set-up.ts'
import type { BrokenTransport } from './helpers/broken/broken-transport.ts'

const DEADLINE = 200

/** The tests of the suite, for the simulated network's transport with one thing broken. */
function casesFor (broken: BrokenTransport): Map<string, () => Promise<void>> {
  const { setUp, connectRaw } = simulatedSetUp()
  const { cases } = collectCases(async components => {
    const setup = await setUp(components)
    broken.break(setup.dialer)

    if (setup.listener != null) {
      broken.break(setup.listener)
    }

    return setup
  }, { deadline: DEADLINE, connectRaw, capabilities: broken.claims ?? {} })

  return cases
}

describe('transportSuite, of a transport that', () => {
  for (const broken of brokenTransports) {
    it(broken.fault, async () => {
      const cases = casesFor(broken)

      for (const name of broken.caughtBy) {
        const run = cases.get(name)

        if (run == null) {
          throw new Error(`the suite has no test "${name}", only\n${[...cases.keys()].join('\n')}`)
        }

        await expect(run(), `"${name}" passed`).to.eventually.be.rejected().with.property('code', 'ERR_TRANSPORT_SUITE')
      }
    })
  }

  it('is right in everything has no test that could not fail', () => {
    const { setUp, connectRaw } = simulatedSetUp()
    const { cases, skipped } = collectCases(setUp, { connectRaw, capabilities: { abortCode: true } })
    const caught = new Set(brokenTransports.flatMap(({ caughtBy }) => caughtBy))

    expect([...cases.keys()].filter(name => !caught.has(name))).to.deep.equal([])
    expect(skipped).to.deep.equal([])
  })
})
