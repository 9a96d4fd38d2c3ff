import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import * as errors from '../../src/sans-io/dial-errors.ts'
import { publicAddresses } from '../support/world.ts'

const trace = { peer: 'peer', startedAt: 0, records: [] }

describe('dial errors', () => {
  it('have the names of seed 003 and stable codes', () => {
    const all = [
      new errors.DialBackoffError(1),
      new errors.DialToSelfError(''),
      new errors.NoTransportError(''),
      new errors.AllDialsFailedError(''),
      new errors.NoAddressesError(''),
      new errors.NoGoodAddressesError(''),
      new errors.GaterDisallowedConnectionError(''),
      new errors.DialTimeoutError('it', 1)
    ]

    expect(all.map(({ name, code }) => [name, code])).to.deep.equal([
      ['DialBackoffError', 'ERR_DIAL_BACKOFF'],
      ['DialToSelfError', 'ERR_DIAL_TO_SELF'],
      ['NoTransportError', 'ERR_NO_TRANSPORT'],
      ['AllDialsFailedError', 'ERR_ALL_DIALS_FAILED'],
      ['NoAddressesError', 'ERR_NO_ADDRESSES'],
      ['NoGoodAddressesError', 'ERR_NO_GOOD_ADDRESSES'],
      ['GaterDisallowedConnectionError', 'ERR_GATER_DISALLOWED_CONNECTION'],
      ['DialTimeoutError', 'ERR_DIAL_TIMEOUT']
    ])
    expect(all.every(error => error instanceof Error)).to.be.true()
  })

  it('DialError has a cause for each of 16 addresses, and counts the rest', () => {
    const failures = publicAddresses(100).map(address => ({ address: multiaddr(address), error: new Error('refused') }))
    const cause = new errors.AllDialsFailedError('all dials failed')
    const error = new errors.DialError({ peer: 'peer', cause, failures, overflow: 5, trace })

    expect(error).to.include({ name: 'DialError', code: 'ERR_DIAL_FAILED', peer: 'peer', cause, skipped: 89, trace })
    expect(error.dialErrors).to.have.lengthOf(16)
    expect(error.dialErrors[0]).to.include({ name: 'TransportError', code: 'ERR_TRANSPORT', address: failures[0]?.address, cause: failures[0]?.error })
  })

  it('DialError says whether the time was over', () => {
    const timedOut = (cause: Error): boolean => new errors.DialError({ peer: 'peer', cause, failures: [], overflow: 0, trace }).timeout

    expect(timedOut(new errors.DialTimeoutError('the dial', 60_000))).to.be.true()
    expect(timedOut(new errors.DialSlotTimeoutError('no slot'))).to.be.true()
    expect(timedOut(new errors.AllDialsFailedError('all dials failed'))).to.be.false()
  })

  it('a message fits on a screen, whatever went wrong', () => {
    const failures = publicAddresses(100).map(address => ({ address: multiaddr(address), error: new Error('x'.repeat(10_000)) }))
    const { message } = new errors.DialError({ peer: 'peer', cause: new Error(`first line\n${'y'.repeat(1_000)}`), failures, overflow: 0, trace })

    expect(message.split('\n')).to.have.lengthOf(10)
    expect(message.split('\n').every(line => line.length < 220)).to.be.true()
    expect(message).to.include('first line').and.to.include('… and 92 more')
  })

  it('a message is all there is to say, where that is little', () => {
    const failures = [{ address: multiaddr('/ip4/8.8.8.8/tcp/1'), error: new Error('connect ECONNREFUSED') }]
    const { message } = new errors.DialError({ peer: '', cause: new Error('all dials failed'), failures, overflow: 0, trace })

    expect(message).to.equal('failed to dial any address: all dials failed\n  * [/ip4/8.8.8.8/tcp/1] connect ECONNREFUSED')
  })
})
