import { expect } from 'aegir/chai'
import { favoriteAddress, mergeOutcomes } from '../../src/index.ts'

describe('address history', () => {
  it('prefers what worked last', () => {
    expect(favoriteAddress([{ address: 'a', lastSuccess: 1 }, { address: 'b', lastSuccess: 3 }, { address: 'c', lastSuccess: 2 }])).to.equal('b')
  })

  it('prefers nothing that has failed since', () => {
    expect(favoriteAddress([{ address: 'a', lastSuccess: 1, lastFailure: 2 }])).to.be.undefined()
    expect(favoriteAddress([{ address: 'a', lastSuccess: 3, lastFailure: 2 }])).to.equal('a')
    expect(favoriteAddress([{ address: 'a', lastFailure: 2 }])).to.be.undefined()
    expect(favoriteAddress([])).to.be.undefined()
  })

  it('keeps what the new outcomes leave out', () => {
    expect(mergeOutcomes([{ address: 'a', lastSuccess: 1, handshake: 5 }], [{ address: 'a', lastFailure: 2 }], 10))
      .to.deep.equal([{ address: 'a', lastSuccess: 1, lastFailure: 2, handshake: 5 }])
  })

  it('keeps the addresses that worked last, then those tried last', () => {
    const merged = mergeOutcomes(
      [{ address: 'old', lastSuccess: 1 }, { address: 'dead', lastFailure: 9 }],
      [{ address: 'new', lastSuccess: 5 }, { address: 'long dead', lastFailure: 2 }],
      3
    )

    expect(merged.map(({ address }) => address)).to.deep.equal(['new', 'old', 'dead'])
  })
})
