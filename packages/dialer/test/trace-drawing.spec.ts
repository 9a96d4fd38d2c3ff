import { expect } from 'aegir/chai'
import { dialTraceSvg, formatDialTrace } from '../src/index.ts'
import { bad, good, publicAddresses, World } from './support/world.ts'
import type { DialTrace } from '@libp2p-ws/core'

const LONG = `/dns4/${'x'.repeat(63)}.example.com/tcp/443/wss`

/** A dial with something of everything. */
function trace (): DialTrace {
  const world = new World({ perPeerLimit: 2 })
  const [refused = '', silent = '', slow = ''] = publicAddresses(3)
  world.behave(refused, bad(250))
  world.behave(slow, [{ after: 250, update: { type: 'connected' } }, ...good(500)])
  world.dial('12D3KooW<peer>', [refused, silent, slow, '/ip4/0.0.0.0/tcp/1', LONG])
  world.run()

  return world.traces.get(1) as DialTrace
}

describe('a trace in the terminal', () => {
  it('is a waterfall', () => {
    expect(formatDialTrace(trace(), { width: 15 }).split('\n')).to.deep.equal([
      '12D3KooW<peer>: connected after 750 ms',
      '  /ip4/8.0.1.1/tcp/4001/ws                          caller  |-----          |  ECONNREFUSED after 250 ms',
      '  /ip4/8.0.1.2/tcp/4001/ws                          caller  |.....----------|  canceled after 500 ms',
      '  /ip4/8.0.1.3/tcp/4001/ws                          caller  |.....-----=====|  connected in 500 ms',
      '  /dns4/xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...  caller  |.....::::::::::|  not needed',
      '  /ip4/0.0.0.0/tcp/1                                caller  |.              |  skipped: unspecified address',
      '                                                            0         750 ms',
      '  . waiting for its turn   : waiting for a slot   - connecting   = handshake'
    ])
  })

  it('can be drawn while the dial is under way', () => {
    const world = new World()
    world.dial('', publicAddresses(1))
    world.run(100)
    const [pending] = world.scheduler.pending()

    expect(formatDialTrace(pending as DialTrace)).to.include('unknown peer: under way').and.to.include('connecting')
  })

  it('says how often an address was tried', () => {
    const world = new World({ perPeerLimit: 1 })
    const [first = '', second = ''] = publicAddresses(2)
    world.behave(second, bad(10))
    world.behave(first, good(3_000))
    world.dial('peer', [first, second])
    world.run()

    expect(formatDialTrace(world.traces.get(1) as DialTrace)).to.include('(2 tries)')
  })

  it('of a dial without addresses is short', () => {
    expect(formatDialTrace({ peer: 'peer', startedAt: 0, ended: 0, outcome: 'failed', records: [] })).to.include('peer: failed after 0 ms')
  })
})

describe('a trace as SVG', () => {
  it('has a row for each address, in the order in which they were dialed', () => {
    const svg = dialTraceSvg(trace())
    const rows = [...svg.matchAll(/<g><title>(\S+) from caller/g)].map(([, address]) => address)

    expect(rows).to.deep.equal([...publicAddresses(3), LONG, '/ip4/0.0.0.0/tcp/1'])
    expect(svg.match(/<svg /g)).to.have.lengthOf(6)
  })

  it('shows no text of others as markup', () => {
    expect(dialTraceSvg(trace())).to.include('12D3KooW&lt;peer&gt;').and.not.to.include('<peer>')
  })

  it('ends its bars where the dial ends', () => {
    const svg = dialTraceSvg(trace(), { width: 960 })
    const ends = [...svg.matchAll(/<rect x="([\d.]+)" y="\d+" width="([\d.]+)"/g)].map(([, x, width]) => Number(x) + Number(width))

    expect(Math.max(...ends)).to.be.within(740, 743)
  })
})
