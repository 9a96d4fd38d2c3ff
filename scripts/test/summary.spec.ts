import { expect } from 'aegir/chai'
import { addUp, closingLine, findSkips, formatTable } from '../src/summary.ts'
import type { SuiteResult } from '../src/run-suite.ts'

function result (changes: Partial<SuiteResult>): SuiteResult {
  return {
    name: 'packages/a',
    seconds: 1.25,
    passed: 0,
    failed: 0,
    skipped: 0,
    declared: 0,
    skippedTitles: [],
    failedTitles: [],
    complete: true,
    problems: [],
    missing: [],
    ...changes
  }
}

describe('summary', () => {
  it('adds up suites and counts each problem as a failure', () => {
    expect(addUp([
      result({ passed: 3, failed: 1 }),
      result({ passed: 2, skipped: 4, problems: ['ran no test', 'was killed'] })
    ])).to.deep.equal({ passed: 5, failed: 3, skipped: 4 })
  })

  it('names skipped tests in the closing line only when there are any', () => {
    expect(closingLine({ passed: 7, failed: 0, skipped: 0 })).to.equal('7 passed, 0 failed')
    expect(closingLine({ passed: 7, failed: 1, skipped: 2 })).to.equal('7 passed, 1 failed, 2 skipped')
  })

  it('turns a skipped test, and a thing that was missing, into a problem', () => {
    expect(findSkips(result({ passed: 1 }))).to.be.empty()
    expect(findSkips(result({ skipped: 2, declared: 2 }))).to.be.empty()
    expect(findSkips(result({ skipped: 3, declared: 2, skippedTitles: ['a page'], missing: ['chromium'] }))).to.deep.equal(['skipped 1 test, and none may be skipped'])
    expect(findSkips(result({ missing: ['chromium'] }))).to.deep.equal(['lacked chromium, and nothing may be left out'])
  })

  it('shows a row for each suite and names what failed or was skipped', () => {
    expect(formatTable([
      result({ passed: 3 }),
      result({
        name: 'interop',
        failed: 1,
        skipped: 3,
        declared: 2,
        failedTitles: ['echo is equal'],
        skippedTitles: ['go dials'],
        problems: ['was killed after 5 s'],
        missing: ['go toolchain']
      })
    ]).split('\n')).to.deep.equal([
      'suite        passed   failed  skipped     time',
      'packages/a        3        0        0    1.3 s',
      'interop           0        2        3    1.3 s',
      '',
      'failed:  interop was killed after 5 s',
      'failed:  interop: echo is equal',
      'skipped: interop lacks: go toolchain',
      'skipped: interop: go dials',
      'skipped: interop: 2 for what a transport declares that it cannot do'
    ])
  })
})
