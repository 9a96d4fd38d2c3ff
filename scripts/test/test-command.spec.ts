import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect } from 'aegir/chai'

const COMMAND = join(import.meta.dirname, '../test.ts')
const WORKSPACE = join(import.meta.dirname, 'fixtures/workspace')

function run (...args: string[]): { status: number | null, lines: string[], stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND, '--root', WORKSPACE, ...args], { encoding: 'utf8' })

  return { status, lines: stdout.trimEnd().split('\n'), stderr }
}

describe('scripts/test.ts', () => {
  it('ends with the counts of all suites and exit code 0', () => {
    const { status, lines } = run('packages/passes', 'packages/skips')

    expect(status).to.equal(0)
    expect(lines.at(-1)).to.equal('3 passed, 0 failed, 2 skipped')
  })

  it('ends with exit code 1 when a test fails, and runs the other suites', () => {
    const { status, lines } = run('packages/fails', 'packages/passes')

    expect(status).to.equal(1)
    expect(lines.at(-1)).to.equal('3 passed, 1 failed')
  })

  it('ends with exit code 1 when a suite runs nothing', () => {
    const { status, lines } = run('packages/passes', 'packages/empty')

    expect(status).to.equal(1)
    expect(lines.at(-1)).to.equal('2 passed, 1 failed')
    expect(lines).to.include('failed:  packages/empty ran no test (exit code 0)')
  })

  it('fails on a skipped test when told that nothing may be skipped', () => {
    const { status, lines } = run('--no-skips', 'packages/passes', 'packages/skips')

    expect(status).to.equal(1)
    expect(lines.at(-1)).to.equal('3 passed, 1 failed, 2 skipped')
    expect(lines).to.include('skipped: packages/skips lacks: go toolchain')
  })

  it('refuses a suite that does not exist and a time-out that is none', () => {
    expect(run('packages/nowhere')).to.have.property('stderr').that.includes('no such suite: packages/nowhere')
    expect(run('--timeout', 'soon')).to.have.property('stderr').that.includes('--timeout must be a number of seconds above 0, not soon')
  })
})
