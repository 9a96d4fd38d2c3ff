import { runPoisoned } from '@libp2p-ws/scripts/poisoned-specs'
import { expect } from 'aegir/chai'

describe('with released memory overwritten, from socket to stream', function () {
  this.timeout(120_000)

  it('everything works as without', async () => {
    const { failures, passes } = await runPoisoned(['layers', 'swarm'].map(name => new URL(`${name}.spec.ts`, import.meta.url)))
    expect(failures).to.equal(0)
    expect(passes).to.be.greaterThan(50)
  })
})
