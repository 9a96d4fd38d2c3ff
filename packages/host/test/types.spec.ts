import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect } from 'aegir/chai'
import { name, version } from '../src/version.ts'

const require = createRequire(import.meta.url)

describe('package', () => {
  it('types hold where js-libp2p\'s are used', async function () {
    this.timeout(120_000)
    const tsc = fileURLToPath(new URL('../../../node_modules/typescript/bin/tsc', import.meta.url))

    await promisify(execFile)(process.execPath, [tsc, '--noEmit', '-p', fileURLToPath(new URL('types', import.meta.url))])
  })

  it('says its own name and version', () => {
    expect(version).to.equal(require('../package.json').version)
    expect(name).to.equal('libp2p-ws')
  })
})
