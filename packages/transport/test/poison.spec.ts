import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { promisify } from 'node:util'
import { expect } from 'aegir/chai'

const MOCHA = createRequire(import.meta.url).resolve('mocha/bin/mocha.js')
const ALWAYS = ['connection', 'taken-channel']

/** The whole of them takes the better part of a minute. */
const SPECS = process.env['CI'] === undefined ? ALWAYS : [...ALWAYS, 'transport-suite', 'compliance', 'js-libp2p']

describe('with released memory overwritten', function () {
  this.timeout(300_000)

  it('everything works as without', async () => {
    const files = SPECS.map(name => new URL(`${name}.spec.ts`, import.meta.url).pathname)
    const { stdout } = await promisify(execFile)(process.execPath, [MOCHA, '--timeout', '60000', '--exit', '--reporter', 'json', ...files], {
      cwd: new URL('..', import.meta.url),
      env: { ...process.env, LIBP2P_WS_POISON: '1' },
      maxBuffer: 64 * 1024 * 1024
    })
    const { stats } = JSON.parse(stdout.slice(stdout.indexOf('{\n')))
    expect(stats).to.include({ failures: 0 })
    expect(stats.passes).to.be.greaterThan(50)
  })

  it('what was written is overwritten when it has gone out', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [new URL('fixtures/write-and-look.ts', import.meta.url).pathname], {
      env: { ...process.env, LIBP2P_WS_POISON: '1' }
    })
    expect(JSON.parse(stdout)).to.deep.equal({ received: 'ok', near: 'dddd', far: 'dddd' })
  })
})
