import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'aegir/chai'
import { runSuite } from '../js-libp2p-suites/run-suite.ts'
import type { Outcome } from '../js-libp2p-suites/run-suite.ts'
import type { Suite } from '../js-libp2p-suites/suites.ts'

const HOST = fileURLToPath(new URL('../../packages/host/dist', import.meta.url))
const SUITE: Suite = { name: 'tiny', files: ['packages/libp2p/test/tiny.spec.ts'], makesNodes: true, timeout: 60_000 }

/** As js-libp2p's suites are: one test is for whoever is under test, one fails, two have the same title. */
const SOURCE = `
  import assert from 'node:assert/strict'
  import * as libp2p from 'libp2p'
  import { createLibp2p } from '../src/index.ts'

  describe('tiny', () => {
    it('starts a node', async () => {
      const node = await createLibp2p()
      assert.equal(libp2p.createLibp2p, createLibp2p)
      await node.stop()
    })

    it('is js-libp2p', async () => {
      const node = await createLibp2p({ start: false })
      assert.match(node.components.nodeInfo.userAgent, /^js-libp2p/)
    })

    for (const passes of [true, false]) {
      it('has the same title', () => { assert.ok(passes, 'as it should') })
    }
  })
`

describe('runner of js-libp2p\'s suites', function () {
  this.timeout(120_000)

  let directory: string

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'suites-test-'))
    await mkdir(join(directory, 'packages/libp2p/test'), { recursive: true })
    await writeFile(join(directory, 'packages/libp2p/test/tiny.spec.ts'), SOURCE)
    await mkdir(join(directory, 'node_modules'))
    const require = createRequire(import.meta.url)
    await symlink(dirname(require.resolve('mocha/package.json')), join(directory, 'node_modules/mocha'))
    await symlink(fileURLToPath(new URL('../node_modules/libp2p', import.meta.url)), join(directory, 'node_modules/libp2p'))
  })

  after(async () => { await rm(directory, { recursive: true }) })

  async function run (host: string, suite: Suite = SUITE): Promise<Outcome> {
    return runSuite(suite, { checkout: directory, workspace: directory, host, dialBackoff: false, daemon: '' })
  }

  it('runs a suite against js-libp2p and against ours', async () => {
    const [stock, ours] = [await run(''), await run(HOST)]

    expect([...stock.passed]).to.deep.equal(['tiny starts a node', 'tiny is js-libp2p', 'tiny has the same title'])
    expect([...stock.failed]).to.deep.equal([['tiny has the same title (2)', 'as it should']])
    expect([...ours.passed]).to.deep.equal(['tiny starts a node', 'tiny has the same title'])
    expect([...ours.failed.keys()]).to.deep.equal(['tiny is js-libp2p', 'tiny has the same title (2)'])
  })

  it('ends a suite that does not end, and says so', async () => {
    const { failed, passed } = await run('', { ...SUITE, timeout: 1 })

    expect(passed.size).to.equal(0)
    expect([...failed]).to.deep.equal([['the suite did not run', 'killed after 1 ms']])
  })
})
