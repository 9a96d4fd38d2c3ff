import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { promisify } from 'node:util'
import { expect } from 'aegir/chai'

const MOCHA = createRequire(import.meta.url).resolve('mocha/bin/mocha.js')

describe('with released memory overwritten, from socket to stream', function () {
  this.timeout(120_000)

  it('everything works as without', async () => {
    const files = ['layers', 'swarm'].map(name => new URL(`${name}.spec.ts`, import.meta.url).pathname)
    const { stdout } = await promisify(execFile)(process.execPath, [MOCHA, '--timeout', '60000', '--exit', '--reporter', 'json', ...files], {
      cwd: new URL('..', import.meta.url),
      env: { ...process.env, LIBP2P_WS_POISON: '1' },
      maxBuffer: 64 * 1024 * 1024
    })
    const { stats } = JSON.parse(stdout.slice(stdout.indexOf('{\n')))
    expect(stats).to.include({ failures: 0 })
    expect(stats.passes).to.be.greaterThan(50)
  })
})
