import { raceSignal } from '../../upgrade/race-signal.ts'
import { causes, check, checkEqual, eventually, isAbort, rejection, within } from '../checks.ts'
import { echo } from '../echo.ts'
import { Inbox } from '../inbox.ts'
import { Pattern } from '../pattern.ts'
import type { SuiteGroup } from '../suite-case.ts'
import type { Listening, TestBed } from '../test-bed.ts'
import type { MultiaddrConnection } from '@libp2p/interface'

const PARALLEL_DIALS = 50

/** How many turns of the event loop a dial gets before it is aborted, so that it is caught in each of its phases. */
const TURNS = [0, 1, 2, 3, 5, 8, 20]

/** For connections that come in after the one that was made to come last. */
const LATE_ARRIVALS = 20

async function turns (count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) {
    await new Promise<void>(resolve => { setTimeout(resolve, 0) })
  }
}

/** Every connection that came in at the listener has closed. */
async function allClosed (bed: TestBed, { address, accepted }: Listening<MultiaddrConnection>, when: string): Promise<void> {
  const before = accepted.all.length
  // a connection made now comes in after those that were on their way
  await bed.dialRaw(address)
  await eventually(bed.deadline, 'the arrival at the listener of a connection', () => accepted.all.length > before)
  await turns(LATE_ARRIVALS)
  await eventually(bed.deadline, `the end, at the listener, of every connection ${when}`, () => {
    return accepted.all.filter(({ status }) => status === 'open').length <= 1
  })
}

export const dialing: SuiteGroup = {
  name: 'dialing',
  cases: [{
    name: 'gives both upgraders one end each, with its direction and address',
    needs: ['listen', 'rawConnection'],
    run: async bed => {
      const listening = await bed.listenRaw()
      const { near, far } = await bed.pair(listening)
      checkEqual(near.direction, 'outbound', 'direction at the dialer')
      checkEqual(far.direction, 'inbound', 'direction at the listener')
      checkEqual(near.status, 'open', 'status at the dialer')
      checkEqual(far.status, 'open', 'status at the listener')
      check(`${near.remoteAddr}`.startsWith(`${listening.address}`), `remoteAddr at the dialer should be what was dialed, ${listening.address}, is ${near.remoteAddr}`)
      check(far.remoteAddr.getComponents().length > 0, 'remoteAddr at the listener should be an address')
      check(near.timeline.open > 0 && near.timeline.close == null, 'timeline should say when the connection was opened, and not that it was closed')
    }
  }, {
    name: 'dials with and without /p2p',
    run: async bed => {
      const { dialTo } = bed.setup
      const address = await bed.echoAddress()
      const connection = await bed.dialForStreams(address)

      if (dialTo == null) {
        check(connection.remotePeer.equals(bed.components.listener.peerId), `the peer at ${address} should be ${bed.components.listener.peerId}, is ${connection.remotePeer}`)
      }

      await bed.dialForStreams(address.encapsulate(`/p2p/${connection.remotePeer}`))
    }
  }, {
    name: 'returns the connection that the upgrader made',
    needs: ['listen'],
    run: async bed => {
      const { address } = await bed.listenRaw()
      const upgrader = bed.passThrough()
      const made: unknown[] = []
      const upgradeOutbound = upgrader.upgradeOutbound.bind(upgrader)
      upgrader.upgradeOutbound = async (...args) => {
        const connection = await upgradeOutbound(...args)
        made.push(connection)

        return connection
      }

      const connection = await within(bed.deadline, `dial(${address})`, bed.dial(address, upgrader))
      check(made.length === 1 && made[0] === connection, 'dial should call upgradeOutbound once and return what it made')
    }
  }, {
    name: 'hands its signal on to the upgrader',
    needs: ['listen'],
    run: async bed => {
      const { address } = await bed.listenRaw()
      const controller = new AbortController()
      const signals: AbortSignal[] = []
      await within(bed.deadline, `dial(${address})`, bed.dial(address, bed.passThrough((_connection, { signal }) => { signals.push(signal) }), controller.signal))
      const [signal] = signals
      check(signal instanceof AbortSignal, 'upgradeOutbound should get a signal')
      controller.abort()
      check(signal.aborted, 'the signal that upgradeOutbound gets should abort when the dial\'s does')
    }
  }, {
    name: 'does not start with a signal that has aborted',
    needs: ['listen'],
    run: async bed => {
      const listening = await bed.listenRaw()
      const signal = AbortSignal.abort()
      const error = await rejection(bed.deadline, 'a dial with an aborted signal', (async () => bed.dial(listening.address, bed.passThrough(), signal))())
      check(isAbort(error, signal), `a dial with an aborted signal should be rejected with an AbortError, not with ${error}`)
      await bed.pair(listening)
      checkEqual(listening.accepted.all.length, 1, 'the number of connections at the listener, after an aborted dial and a good one,')
    }
  }, {
    name: 'ends when its signal aborts, in whatever phase, and leaves nothing open',
    needs: ['listen'],
    run: async bed => {
      const listening = await bed.listenRaw()

      for (const count of TURNS) {
        const controller = new AbortController()
        const upgrader = bed.passThrough(async (_connection, { signal }) => raceSignal(new Promise<void>(() => {}), signal))
        const dial = bed.dial(listening.address, upgrader, controller.signal)
        dial.catch(() => {})
        await turns(count)
        controller.abort()
        const error = await rejection(bed.deadline, 'a dial whose signal has aborted', dial)
        check(isAbort(error, controller.signal), `a dial whose signal aborts should be rejected with an AbortError, not with ${error}`)
      }

      await allClosed(bed, listening, 'whose dial was aborted')
    }
  }, {
    name: 'ends when its signal aborts while the far end says nothing',
    needs: ['listen'],
    run: async bed => {
      const listening = await bed.listenRaw()
      const controller = new AbortController()
      const upgrading = Promise.withResolvers<void>()
      const dial = bed.dial(listening.address, bed.passThrough(async (_connection, { signal }) => {
        upgrading.resolve()
        await raceSignal(new Promise<void>(() => {}), signal)
      }), controller.signal)
      dial.catch(() => {})
      await within(bed.deadline, 'a call of upgradeOutbound', upgrading.promise)
      controller.abort()
      await rejection(bed.deadline, 'a dial that is aborted during the upgrade', dial)
      await allClosed(bed, listening, 'that was aborted during its upgrade')
    }
  }, {
    name: 'fails as the upgrader fails, and closes the connection',
    needs: ['listen'],
    run: async bed => {
      const listening = await bed.listenRaw()
      const failure = new Error('the upgrader says no')
      const error = await rejection(bed.deadline, 'a dial whose upgrade fails', bed.dial(listening.address, bed.passThrough(() => { throw failure })))
      check(causes(error).includes(failure), `a dial whose upgrade fails should be rejected with that failure, or an error caused by it, not with ${error}`)
      await allClosed(bed, listening, 'whose upgrade failed at the dialer')
    }
  }, {
    name: `makes ${PARALLEL_DIALS} connections at once, each with its own bytes`,
    needs: ['listen', 'rawConnection'],
    run: async bed => {
      const { address } = await bed.listenRaw(connection => { echo(connection) })
      const connections = await Promise.all(Array.from({ length: PARALLEL_DIALS }, async () => bed.dialRaw(address)))
      await Promise.all(connections.map(async (connection, seed) => {
        const inbox = new Inbox(connection, seed, bed.deadline)
        connection.send(new Pattern(seed).next(10_000))
        await inbox.receives(10_000)
      }))
    }
  }]
}
