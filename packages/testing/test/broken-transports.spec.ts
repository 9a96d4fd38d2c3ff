import { expect } from 'aegir/chai'
import { brokenSetUp, brokenTransports } from './helpers/broken-transports.ts'
import { collectCases } from './helpers/collect-cases.ts'

describe('transportSuite, of a transport that', () => {
  for (const broken of brokenTransports) {
    for (const name of broken.caughtBy) {
      it(`${broken.fault}: fails "${name}"`, async () => {
        const { cases } = collectCases(brokenSetUp(broken), { deadline: 200, ...broken.claims != null && { capabilities: broken.claims } })
        const run = cases.get(name)

        if (run == null) {
          throw new Error(`the suite has no test of that name: ${[...cases.keys()].join('\n')}`)
        }

        await expect(run()).to.eventually.be.rejected().with.property('code', 'ERR_TRANSPORT_SUITE')
      })
    }
  }
})
