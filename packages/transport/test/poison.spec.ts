import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { runPoisoned } from '@libp2p-ws/scripts/poisoned-specs'
import { expect } from 'aegir/chai'

const ALWAYS = ['connection', 'taken-channel']

/** The whole of them takes the better part of a minute. */
const SPECS = process.env['CI'] === undefined ? ALWAYS : [...ALWAYS, 'transport-suite', 'compliance', 'js-libp2p']

describe('with released memory overwritten', function () {
  this.timeout(300_000)

  it('everything works as without', async () => {
    const { failures, passes } = await runPoisoned(SPECS.map(name => new URL(`${name}.spec.ts`, import.meta.url)))
    expect(failures).to.equal(0)
    expect(passes).to.be.greaterThan(50)
  })

  it('what was written is overwritten when it has gone out', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [new URL('fixtures/write-and-look.ts', import.meta.url).pathname], {
      env: { ...process.env, LIBP2P_WS_POISON: '1' }
    })
    expect(JSON.parse(stdout)).to.deep.equal({ received: 'ok', near: 'dddd', far: 'dddd' })
  })
})
