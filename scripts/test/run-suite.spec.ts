import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'aegir/chai'
import { runSuite } from '../src/run-suite.ts'
import { findSuites } from '../src/suites.ts'
import type { SuiteResult } from '../src/run-suite.ts'
import type { AddressInfo } from 'node:net'

const WORKSPACE = join(import.meta.dirname, 'fixtures/workspace')

describe('runSuite', function () {
  let resultsDir: string
  let output: string

  beforeEach(() => {
    resultsDir = mkdtempSync(join(tmpdir(), 'libp2p-ws-run-suite-'))
    output = ''
  })

  afterEach(() => {
    rmSync(resultsDir, { recursive: true })
  })

  async function run (name: string, timeoutMs = 60_000): Promise<SuiteResult> {
    const suite = findSuites(WORKSPACE).find(suite => suite.name === `packages/${name}`)

    if (suite == null) {
      throw new Error(`no fixture ${name}`)
    }

    return runSuite(suite, { resultsDir, timeoutMs, write: chunk => { output += Buffer.from(chunk).toString() } })
  }

  it('counts tests that pass and shows what they print', async () => {
    const result = await run('passes')

    expect(result).to.include({ name: 'packages/passes', passed: 2, failed: 0, skipped: 0 })
    expect(result.problems).to.be.empty()
    expect(output).to.include('2 passing')
  })

  it('names the test that fails', async () => {
    const result = await run('fails')

    expect(result).to.include({ passed: 1, failed: 1 })
    expect(result.failedTitles).to.deep.equal(['fails does not hold'])
    expect(result.problems).to.be.empty()
  })

  it('names the test that is skipped and what the machine lacks', async () => {
    const result = await run('skips')

    expect(result).to.include({ passed: 1, skipped: 2, declared: 1 })
    expect(result.skippedTitles).to.deep.equal(['skips needs Go'])
    expect(result.missing).to.deep.equal(['go toolchain'])
    expect(result.problems).to.be.empty()
  })

  it('sees that something was missing even when the test counts as passed', async () => {
    const result = await run('leaves-out')

    expect(result).to.include({ passed: 1, skipped: 0 })
    expect(result.missing).to.deep.equal(['chromium'])
  })

  it('fails a suite without a test', async () => {
    expect((await run('empty')).problems).to.deep.equal(['ran no test (exit code 0)'])
  })

  it('fails a suite whose tests do not load', async () => {
    expect((await run('does-not-load')).problems).to.deep.equal(['ran no test (exit code 1)'])
  })

  it('fails a package that has no test script', async () => {
    expect((await run('without-script')).problems).to.deep.equal(['has no test script'])
  })

  it('fails a suite that ends early, even with exit code 0, and counts what ran', async () => {
    const result = await run('crashes')

    expect(result).to.include({ passed: 1, failed: 0 })
    expect(result.problems).to.deep.equal(['crashed before its last test (exit code 0)'])
  })

  it('fails a suite that is killed and counts what ran', async () => {
    const result = await run('is-killed')

    expect(result.passed).to.equal(1)
    expect(result.problems).to.have.lengthOf(1)
    expect(result.problems[0]).to.match(/^crashed before its last test/)
  })

  it('fails a suite that passes its tests and then ends with an error', async () => {
    const result = await run('fails-late')

    expect(result).to.include({ passed: 1, failed: 0 })
    expect(result.problems).to.have.lengthOf(1)
    expect(result.problems[0]).to.match(/^ended with .+ although no test failed$/)
  })

  it('fails a suite that hides a failed test behind exit code 0', async () => {
    const result = await run('hides-failure')

    expect(result).to.include({ passed: 0, failed: 1 })
    expect(result.problems).to.deep.equal(['ended with exit code 0 although tests failed'])
  })

  it('kills a suite that takes too long, with the processes it started', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    process.env.HOLD_PORT = String((server.address() as AddressInfo).port)
    const ended = once(server, 'connection').then(async ([socket]) => once(socket.resume().on('error', () => {}), 'close'))

    try {
      const result = await run('hangs', 5000)

      expect(result.problems).to.deep.equal(['was killed after 5 s'])
      await ended
    } finally {
      delete process.env.HOLD_PORT
      server.close()
    }
  })
})
