import { expect } from 'aegir/chai'
import { connectionErrorCode, ResourceLimitError, streamErrorCode } from '../src/index.ts'

describe('error codes', () => {
  it('come from the error\'s name, streams and connections each with their own', () => {
    const limit = new ResourceLimitError('streams', 4)
    expect(streamErrorCode(limit)).to.equal(0x1002)
    expect(connectionErrorCode(limit)).to.equal(0x1001)
    expect(streamErrorCode(new Error('anything'))).to.equal(0)
  })

  it('are the caller\'s where the error has a number', () => {
    expect(streamErrorCode(Object.assign(new Error('mine'), { code: 0x20001 }))).to.equal(0x20001)
    expect(connectionErrorCode(Object.assign(new Error('mine'), { code: 0x20001 }))).to.equal(0x20001)
  })

  for (const code of [-1, 0.5, 0x1_0000_0000, NaN, 'ERR_X']) {
    it(`are not ${code}`, () => {
      expect(streamErrorCode(Object.assign(new Error('odd'), { code }))).to.equal(0)
    })
  }

  it('are not those of an abort signal\'s reason', () => {
    expect(streamErrorCode(AbortSignal.abort().reason)).to.equal(0)
  })
})
