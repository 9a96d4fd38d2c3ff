import { expect } from 'aegir/chai'
import fc from 'fast-check'
import { LogSelection } from '../../src/logging/log-selection.ts'

describe('LogSelection', () => {
  it('has what is named, what a wildcard stands for, and not what is left out', () => {
    const selection = new LogSelection('libp2p, libp2p:*  other,-libp2p:noise,-*:error')
    const names = ['libp2p', 'libp2p:dialer', 'libp2p:noise', 'libp2p:dialer:error', 'other', 'others', 'a:libp2p']

    expect(names.filter(name => selection.has(name))).to.deep.equal(['libp2p', 'libp2p:dialer', 'other'])
  })

  it('has traces where they are asked for by name', () => {
    expect(new LogSelection('*').hasTrace('libp2p:trace')).to.be.false()
    expect(new LogSelection('*:trace').hasTrace('libp2p:trace')).to.be.true()
    expect(new LogSelection('a,a:trace').hasTrace('b:trace')).to.be.false()
  })

  it('has nothing by default', () => {
    fc.assert(fc.property(fc.string(), name => {
      expect(new LogSelection('').has(name)).to.be.false()
    }))
  })

  it('takes every text, and each character but * for itself', () => {
    fc.assert(fc.property(fc.string(), fc.string(), (text, name) => {
      new LogSelection(text).has(name)

      if (!/[*\s,-]/.test(text)) {
        expect(new LogSelection(text).has(name)).to.equal(text !== '' && text === name)
        expect(new LogSelection(text).has(text)).to.equal(text !== '')
      }
    }))
  })
})
