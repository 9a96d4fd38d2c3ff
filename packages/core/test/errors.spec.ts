import { expect } from 'aegir/chai'
import { ClosedError, InvalidValueError, Libp2pWsError, ResourceLimitError } from '../src/index.ts'

describe('errors', () => {
  const errors = [
    { error: new InvalidValueError('port', 70_000, 'port 70000 is above 65535'), name: 'InvalidValueError', code: 'ERR_INVALID_VALUE', message: 'port 70000 is above 65535' },
    { error: new ClosedError('the swarm'), name: 'ClosedError', code: 'ERR_CLOSED', message: 'the swarm is closed' },
    { error: new ResourceLimitError('maxConnections', 8), name: 'ResourceLimitError', code: 'ERR_RESOURCE_LIMIT', message: 'limit maxConnections of 8 reached' }
  ]

  for (const { error, name, code, message } of errors) {
    it(`${name} has a name and a code to compare, and a message for people`, () => {
      expect(error).to.be.an.instanceOf(Libp2pWsError).and.an.instanceOf(Error)
      expect(error).to.include({ name, code, message })
      expect(error.stack).to.include(import.meta.filename)
    })
  }

  it('InvalidValueError keeps what the value was for, and the value', () => {
    const value = { not: 'a port' }

    expect(new InvalidValueError('port', value, 'no port')).to.include({ parameter: 'port', value })
  })

  it('ResourceLimitError names the option that sets the limit', () => {
    expect(new ResourceLimitError('maxStreams', 1)).to.have.property('limit', 'maxStreams')
  })

  it('an error of a package can narrow one of these', () => {
    class PortError extends InvalidValueError {
      override readonly name = 'PortError'
      override readonly code = 'ERR_PORT'
    }

    const error = new PortError('port', -1, 'port -1 is below 0')

    expect(error).to.be.an.instanceOf(InvalidValueError)
    expect(error).to.include({ name: 'PortError', code: 'ERR_PORT', value: -1 })
  })
})
