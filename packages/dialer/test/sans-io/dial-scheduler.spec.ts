import { expect } from 'aegir/chai'
import { bad, dead, good, publicAddresses, World } from '../support/world.ts'

describe('the dial scheduler', () => {
  describe('time to connect, with dead addresses before the good one', () => {
    const cases: Array<[string, number, number]> = [
      ['none', 0, 3],
      ['1', 1, 253],
      ['2', 2, 253],
      ['7', 7, 253],
      ['8', 8, 1_003],
      ['20', 20, 2_253]
    ]

    for (const [name, count, expected] of cases) {
      it(`${name} dead: ${expected} ms`, () => {
        const world = new World()
        const addresses = publicAddresses(count + 1)
        world.behave(addresses.at(-1) ?? '', good(3))
        const request = world.dial('peer', addresses)
        world.run()

        expect(world.answer(request)).to.include({ at: expected, address: addresses.at(-1) })
      })
    }

    it('20 refused: none of them costs anything', () => {
      const world = new World({ otherwise: bad() })
      const addresses = publicAddresses(21)
      world.behave(addresses[20] ?? '', good(3))
      const request = world.dial('peer', addresses)
      world.run()

      expect(world.answer(request)).to.include({ at: 3, address: addresses[20] })
    })

    it('200 peers at once, each with 3 dead addresses before the good one: no more than 160 sockets, all connected', () => {
      const world = new World()
      const requests = Array.from({ length: 200 }, (_, i) => {
        const addresses = publicAddresses(4, i)
        world.behave(addresses[3] ?? '', good(3))

        return world.dial(`peer ${i}`, addresses)
      })
      world.run()

      expect(Math.max(...requests.map(request => world.answer(request).at))).to.be.below(1_300)
      expect(world.mostInFlight).to.equal(160)
    })
  })

  it('leaves nothing behind', () => {
    const world = new World()
    const addresses = publicAddresses(20)
    world.dial('peer', addresses)
    world.behave(addresses[19] ?? '', dead)
    world.run()

    expect(world.scheduler.load).to.deep.equal({ dials: 0, requests: 0, inFlight: 0, waiting: 0, tokensTaken: 0, timers: 0 })
    expect(world.inFlight).to.be.empty()
  })
})
