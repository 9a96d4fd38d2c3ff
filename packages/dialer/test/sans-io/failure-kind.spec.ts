import { ResourceLimitError } from '@libp2p-ws/core'
import { expect } from 'aegir/chai'
import { failureKind } from '../../src/index.ts'
import type { FailureKind } from '../../src/index.ts'

function failure (code: string, cause?: Error): Error {
  return Object.assign(new Error(code, { cause }), { code })
}

describe('whose fault a failure is', () => {
  const cases: Array<[FailureKind, string[]]> = [
    ['shortage', ['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM']],
    ['local', ['ENETUNREACH', 'EHOSTUNREACH', 'ENETDOWN', 'EADDRNOTAVAIL']],
    ['remote', ['ECONNREFUSED', 'ECONNRESET']],
    ['unanswered', ['ETIMEDOUT', 'ERR_SOMETHING_ELSE']]
  ]

  for (const [kind, codes] of cases) {
    for (const code of codes) {
      it(`${code}: ${kind}`, () => {
        expect(failureKind(failure(code), false)).to.equal(kind)
      })
    }
  }

  it('a limit of ours is a shortage', () => {
    expect(failureKind(new ResourceLimitError('maxConnections', 1), false)).to.equal('shortage')
  })

  it('looks at causes', () => {
    expect(failureKind(failure('ERR_WRAPPED', failure('ERR_INNER', failure('EMFILE'))), false)).to.equal('shortage')
  })

  it('does not follow a cycle for ever', () => {
    const error = failure('ERR_CYCLE')
    error.cause = error

    expect(failureKind(error, false)).to.equal('unanswered')
  })

  it('is the remote end, once that has answered', () => {
    expect(failureKind(new Error('bad handshake'), true)).to.equal('remote')
    expect(failureKind(failure('EMFILE'), true)).to.equal('shortage')
  })

  it('takes anything that was thrown', () => {
    expect([undefined, null, 'text', 1].map(error => failureKind(error, false))).to.deep.equal(new Array(4).fill('unanswered'))
  })
})
