import { expect } from 'aegir/chai'
import { ProtocolTable } from '../src/index.ts'

describe('protocol table', () => {
  it('lists protocols sorted', () => {
    const table = new ProtocolTable()
    table.handle('/b', () => {})
    table.handle('/a', () => {})

    expect(table.getProtocols()).to.deep.equal(['/a', '/b'])
  })

  it('refuses a second handler, unless forced', () => {
    const table = new ProtocolTable()
    const second = (): void => {}
    table.handle('/a', () => {})

    expect(() => { table.handle('/a', second) }).to.throw().with.property('name', 'DuplicateProtocolHandlerError')
    table.handle('/a', second, { force: true })
    expect(table.getHandler('/a').handler).to.equal(second)
  })

  it('refuses an empty name', () => {
    expect(() => { new ProtocolTable().handle('', () => {}) }).to.throw().with.property('code', 'ERR_INVALID_VALUE')
  })

  it('knows the limits of js-libp2p by default', () => {
    const table = new ProtocolTable()
    table.handle('/a', () => {}, { maxInboundStreams: 5 })

    expect(table.getHandler('/a').options).to.deep.equal({ maxInboundStreams: 5, maxOutboundStreams: 64 })
  })

  it('names the protocol that nobody handles', () => {
    const table = new ProtocolTable()
    table.handle('/a', () => {})
    table.unhandle('/a')

    expect(() => table.getHandler('/a')).to.throw('/a').with.property('name', 'UnhandledProtocolError')
  })

  it('runs middleware of use() before that of the handler', () => {
    const table = new ProtocolTable()
    const first = (): void => {}
    const second = (): void => {}
    table.handle('/a', () => {}, { middleware: [second] })
    table.use('/a', [first])

    expect(table.getMiddleware('/a')).to.deep.equal([first, second])
    table.unuse('/a')
    expect(table.getMiddleware('/a')).to.deep.equal([second])
  })
})
