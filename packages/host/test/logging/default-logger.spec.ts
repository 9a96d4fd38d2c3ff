/* eslint-disable no-console */
import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import { base58btc } from 'multiformats/bases/base58'
import { defaultLogger } from '../../src/logging/default-logger.browser.ts'

describe('the default logger of pages', () => {
  const { debug } = console
  const { now } = Date
  const storage = Object.getOwnPropertyDescriptor(globalThis, 'localStorage')
  let selected: string | null
  let printed: any[][]
  let time = now()

  beforeEach(() => {
    selected = null
    printed = []
    // what was selected before is out of date
    time += 10_000
    Date.now = () => time
    console.debug = (...args) => { printed.push(args) }
    Object.defineProperty(globalThis, 'localStorage', { configurable: true, value: { getItem: (key: string) => key === 'debug' ? selected : null } })
  })

  afterEach(() => {
    Date.now = now
    console.debug = debug
    storage == null ? Reflect.deleteProperty(globalThis, 'localStorage') : Object.defineProperty(globalThis, 'localStorage', storage)
  })

  /** Without the colors. */
  function lines (): any[][] {
    return printed.map(([format, ...values]) => [format.replaceAll('%c', ''), ...values.filter(value => !/^color: /.test(value))])
  }

  it('prints nothing that is not selected', () => {
    const log = defaultLogger().forComponent('libp2p')
    log('one')
    log.error('two')
    log.trace('three')

    expect(log.enabled).to.be.false()
    expect(printed).to.be.empty()
  })

  it('prints what is selected, with the ms since the last line', () => {
    selected = '*,*:trace'
    const log = defaultLogger().forComponent('libp2p')
    log('one')
    time += 5
    log('two %d %s', 2, 'b')
    log.error('three')
    log.trace('four')
    log.newScope('inner')('five')

    expect(log.enabled).to.be.true()
    expect(lines()).to.deep.equal([
      ['libp2p one +0ms'],
      ['libp2p two %d %s +5ms', 2, 'b'],
      ['libp2p:error three +0ms'],
      ['libp2p:trace four +0ms'],
      ['libp2p:inner five +0ms']
    ])
  })

  it('writes peers, addresses, keys and bytes as text, errors as the console does', () => {
    selected = '*'
    const error = new Error('no')
    const address = multiaddr('/ip4/127.0.0.1/tcp/1')
    const bytes = Uint8Array.of(1, 2, 3)
    const log = defaultLogger().forComponent('a')
    log('100%% %a %p %b %e %j', address, undefined, bytes, error, { a: 1 })
    log(error)

    expect(lines()).to.deep.equal([
      ['a 100%% %s %s %s %o %s +0ms', address.toString(), 'undefined', base58btc.baseEncode(bytes), error, '{"a":1}'],
      ['a %o +0ms', error]
    ])
  })

  it('sees another selection after a second', () => {
    const log = defaultLogger().forComponent('libp2p')
    log('one')
    selected = 'libp2p'
    log('two')
    time += 1_001
    log('three')

    expect(lines()).to.deep.equal([['libp2p three +0ms']])
  })

  it('prints nothing where there is no storage', () => {
    Reflect.deleteProperty(globalThis, 'localStorage')
    defaultLogger().forComponent('libp2p')('one')

    expect(printed).to.be.empty()
  })
})
