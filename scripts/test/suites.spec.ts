import { join } from 'node:path'
import { expect } from 'aegir/chai'
import { findPackages, findSuites, readWorkspacePatterns } from '../src/suites.ts'

const ROOT = join(import.meta.dirname, '../..')

describe('suites', () => {
  it('finds every package of this repository', () => {
    const names = findPackages(ROOT)

    expect(names).to.include.members(['interop', 'packages/core', 'packages/relay', 'scripts'])
    expect(names).to.deep.equal([...names].sort())
  })

  it('takes each package under packages/, with or without a test script', () => {
    const suites = findSuites(join(import.meta.dirname, 'fixtures/workspace'))

    expect(suites.find(({ name }) => name === 'packages/without-script')).to.have.property('script', undefined)
  })

  it('reads the list of packages and no other list', () => {
    expect(readWorkspacePatterns('other:\n  - x\npackages:\n  - a/*\n  - "b"\n\nmore:\n  - y\n')).to.deep.equal(['a/*', 'b'])
  })

  it('refuses a file without such a list', () => {
    expect(() => readWorkspacePatterns('catalog:\n  a: 1\n')).to.throw('pnpm-workspace.yaml has no list of packages')
  })
})
