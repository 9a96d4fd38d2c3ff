import { expect } from 'aegir/chai'
import { errorCodes } from '../../src/sans-io/error-codes.ts'

function failure (code: unknown, cause?: Error): Error {
  return Object.assign(new Error(`${code}`, { cause }), { code })
}

describe('the codes of an error', () => {
  it('are its own and those of its causes', () => {
    expect(errorCodes(failure('ERR_OUTER', new Error('no code', { cause: failure('ECONNREFUSED') })))).to.deep.equal(['ERR_OUTER', 'ECONNREFUSED'])
  })

  it('are text', () => {
    // a DOMException's is a number
    expect(errorCodes(failure(20))).to.deep.equal([])
  })

  it('are none of what is no error', () => {
    expect([undefined, null, 'text', 1].flatMap(errorCodes)).to.deep.equal([])
  })

  it('end where causes are a cycle', () => {
    const error = failure('ERR_CYCLE')
    error.cause = error

    expect(new Set(errorCodes(error))).to.deep.equal(new Set(['ERR_CYCLE']))
  })
})
