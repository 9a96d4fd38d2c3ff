import { isTransport } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import { check, checkEqual, rejection } from '../checks.ts'
import type { SuiteGroup } from '../suite-case.ts'
import type { TestBed } from '../test-bed.ts'
import type { MultiaddrFilter } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/** A host alone says nothing about how to get there; go-libp2p's SubtestProtocols asks the same. */
const NO_TRANSPORT = ['/ip4/192.0.2.1', '/ip6/2001:db8::1', '/dns4/example.com']

function foreign (bed: TestBed): Multiaddr[] {
  return [...NO_TRANSPORT, ...bed.setup.foreign ?? []].map(address => multiaddr(address))
}

function texts (addresses: Multiaddr[]): string {
  return addresses.join(', ')
}

/** Names it as a whole, or its host and port, as an error of the operating system does. */
function names (error: Error, address: Multiaddr): boolean {
  const values = address.getComponents().flatMap(({ value }) => value ?? [])

  return error.message.includes(`${address}`) || (values.length > 0 && values.every(value => error.message.includes(value)))
}

function checkFilter (filter: MultiaddrFilter, keeps: Multiaddr[], drops: Multiaddr[], name: string): void {
  const given = [...drops, ...keeps, ...drops]
  const before = texts(given)
  checkEqual(texts(filter(given)), texts(keeps), `${name}(${before})`)
  checkEqual(texts(given), before, `the list that was given to ${name}, afterwards,`)
  checkEqual(filter([]).length, 0, `the length of ${name}([])`)
}

async function dialError (bed: TestBed, address: Multiaddr): Promise<Error> {
  // a transport may also throw at once: bad input from a caller
  return rejection(bed.deadline, `dial(${address})`, (async () => bed.dial(address, bed.passThrough()))())
}

async function listenError (bed: TestBed, address: Multiaddr): Promise<Error> {
  const listener = bed.createListener(bed.passThrough())

  return rejection(bed.deadline, `listen(${address})`, (async () => { await listener.listen(address) })())
}

export const addresses: SuiteGroup = {
  name: 'addresses',
  cases: [{
    name: 'is known as a transport by js-libp2p, and has a name',
    run: async bed => {
      check(isTransport(bed.dialer), 'isTransport(transport) should be true: set [transportSymbol] to true')
      check(bed.dialer[Symbol.toStringTag].length > 0, 'transport[Symbol.toStringTag] should be its name')
    }
  }, {
    name: 'dialFilter keeps what can be dialed, with and without /p2p, and drops the rest',
    run: async bed => {
      const address = await bed.echoAddress()
      const withPeer = address.encapsulate(`/p2p/${bed.components.listener.peerId}`)
      checkFilter(addresses => bed.dialer.dialFilter(addresses), [address, withPeer], foreign(bed), 'dialFilter')
    }
  }, {
    name: 'listenFilter keeps what can be listened on, and drops the rest',
    needs: ['listen'],
    run: async bed => {
      checkFilter(addresses => bed.listener.listenFilter(addresses), bed.listenOn, foreign(bed), 'listenFilter')
    }
  }, {
    name: 'dial refuses an address that is not its own',
    needs: ['checksAddresses'],
    run: async bed => {
      for (const address of foreign(bed)) {
        await dialError(bed, address)
      }
    }
  }, {
    name: 'dial names the address that it refuses',
    needs: ['checksAddresses', 'addressInErrors'],
    run: async bed => {
      for (const address of foreign(bed)) {
        const error = await dialError(bed, address)
        check(names(error, address), `the error of dial(${address}) should name the address; it says: ${error.message}`)
      }
    }
  }, {
    name: 'listen refuses an address that is not its own',
    needs: ['listen', 'checksAddresses'],
    run: async bed => {
      for (const address of foreign(bed)) {
        await listenError(bed, address)
      }
    }
  }, {
    name: 'listen names the address that it refuses',
    needs: ['listen', 'checksAddresses', 'addressInErrors'],
    run: async bed => {
      for (const address of foreign(bed)) {
        const error = await listenError(bed, address)
        check(names(error, address), `the error of listen(${address}) should name the address; it says: ${error.message}`)
      }
    }
  }, {
    name: 'dial is rejected where nobody listens',
    needs: ['listen'],
    run: async bed => {
      const { listener, address } = await bed.listenRaw()
      await listener.close()
      await dialError(bed, address)
    }
  }, {
    name: 'dial names the address where nobody listens',
    needs: ['listen', 'addressInErrors'],
    run: async bed => {
      const { listener, address } = await bed.listenRaw()
      await listener.close()
      const error = await dialError(bed, address)
      check(names(error, address), `the error of dial(${address}) should name the address; it says: ${error.message}`)
    }
  }]
}
