import { CODE_P2P, multiaddr } from '@multiformats/multiaddr'
import { raceSignal } from '../../upgrade/race-signal.ts'
import { TestUpgrader } from '../../upgrade/test-upgrader.ts'
import { check, checkEqual, eventually, rejection, within } from '../checks.ts'
import { Inbox } from '../inbox.ts'
import { Mailbox } from '../mailbox.ts'
import { Pattern } from '../pattern.ts'
import type { SuiteGroup } from '../suite-case.ts'
import type { TestBed } from '../test-bed.ts'
import type { Listener, MultiaddrConnection } from '@libp2p/interface'

const GARBAGE_CONNECTIONS = 10

function count (listener: Listener, type: 'listening' | 'close'): { events: number, first: Promise<void> } {
  const first = Promise.withResolvers<void>()
  const counter = { events: 0, first: first.promise }
  listener.addEventListener(type, () => {
    counter.events++
    first.resolve()
  })

  return counter
}

async function closes (bed: TestBed, listener: Listener, when: string): Promise<void> {
  await within(bed.deadline, `listener.close() ${when}`, listener.close())
}

export const listening: SuiteGroup = {
  name: 'listening',
  cases: [{
    name: 'emits listening, and has addresses then',
    needs: ['listen'],
    run: async bed => {
      const listener = bed.createListener(bed.passThrough())
      const listening = count(listener, 'listening')
      checkEqual(listener.getAddrs().length, 0, 'the number of addresses before listen()')
      await bed.startListening(listener)
      await within(bed.deadline, 'a listening event', listening.first)
    }
  }, {
    name: 'has addresses that can be dialed: no port 0, no /p2p',
    needs: ['listen'],
    run: async bed => {
      const { listener } = await bed.listenForStreams()

      for (const address of listener.getAddrs()) {
        check(!/\/(tcp|udp)\/0(\/|$)/.test(`${address}`), `${address} should have the port that was given`)
        check(!address.getComponents().some(({ code }) => code === CODE_P2P), `${address} should not have /p2p: the host adds it`)
        await bed.dialForStreams(address)
      }
    }
  }, {
    name: 'listens on each kind of address that it has, at once',
    needs: ['listen'],
    run: async bed => {
      const upgrader = new TestUpgrader({ privateKey: bed.components.listener.privateKey })
      const addresses = []

      for (const on of bed.listenOn) {
        addresses.push((await bed.listen(upgrader, on)).address)
      }

      for (const address of addresses) {
        await bed.dialForStreams(address)
      }
    }
  }, {
    name: 'refuses an address that is taken',
    needs: ['listen', 'exclusiveListen'],
    run: async bed => {
      const { address } = await bed.listenRaw()
      const second = bed.createListener(bed.passThrough())
      await rejection(bed.deadline, `listen(${address}), which is taken,`, second.listen(address))
    }
  }, {
    name: 'emits close, and takes no more connections then',
    needs: ['listen'],
    run: async bed => {
      const { listener, address } = await bed.listenRaw()
      const close = count(listener, 'close')
      await closes(bed, listener, 'without connections')
      await within(bed.deadline, 'a close event', close.first)
      await rejection(bed.deadline, `dial(${address}) after the listener was closed`, bed.dial(address, bed.passThrough()))
    }
  }, {
    name: 'gives its address free when it closes',
    needs: ['listen'],
    run: async bed => {
      const first = await bed.listenRaw()
      await bed.pair(first)
      await closes(bed, first.listener, 'with an open connection')
      const second = await bed.listenRaw(undefined, first.address)
      await bed.pair(second)
    }
  }, {
    name: 'closes twice, and before it ever listened',
    needs: ['listen'],
    run: async bed => {
      const { listener } = await bed.listenRaw()
      await Promise.all([closes(bed, listener, 'once'), closes(bed, listener, 'again')])
      await closes(bed, bed.createListener(bed.passThrough()), 'before listen()')
    }
  }, {
    name: 'closes while connections are open',
    needs: ['listen'],
    run: async bed => {
      const listening = await bed.listenRaw()
      await bed.pair(listening)
      await bed.pair(listening)
      await closes(bed, listening.listener, 'with two open connections')
    }
  }, {
    name: 'closes while a connection says nothing, and ends its upgrade',
    needs: ['listen'],
    run: async bed => {
      const ended = Promise.withResolvers<void>()
      const { listener, address, accepted } = await bed.listenRaw(async (_connection, { signal }) => {
        check(signal instanceof AbortSignal, 'upgradeInbound should get a signal')

        try {
          await raceSignal(new Promise<void>(() => {}), signal)
        } finally {
          ended.resolve()
        }
      })
      const near = new Inbox(await bed.dialRaw(address), 0, bed.deadline)
      await accepted.take(bed.deadline, 'a call of upgrader.upgradeInbound')
      await closes(bed, listener, 'with a connection that is being upgraded')
      await within(bed.deadline, 'an abort of the signal that upgradeInbound got', ended.promise)
      await near.closes('the end, at the dialer, of a connection that was not upgraded when the listener closed')
    }
  }, {
    name: 'closes the connection when its upgrade fails, and goes on listening',
    needs: ['listen'],
    run: async bed => {
      let fail = true
      const listening = await bed.listenRaw(() => {
        if (fail) {
          throw new Error('the upgrader says no')
        }
      })
      // the listener may be done with it before the dialer has it
      const near = await bed.dialRaw(listening.address).catch(() => {})
      await eventually(bed.deadline, 'the end, at the dialer, of a connection whose upgrade failed at the listener', () => near?.status !== 'open')
      await listening.accepted.take(bed.deadline, 'a call of upgrader.upgradeInbound')
      fail = false
      await bed.pair(listening)
    }
  }, {
    name: 'survives peers that send garbage into the upgrade',
    needs: ['listen', 'rawConnection'],
    run: async bed => {
      const { address } = await bed.listenForStreams()
      await Promise.all(Array.from({ length: GARBAGE_CONNECTIONS }, async (_, seed) => {
        const connection = await bed.dialRaw(address)
        const closed = new Mailbox<MultiaddrConnection>()
        connection.addEventListener('close', () => { closed.put(connection) })
        connection.send(new Pattern(seed).next(1_000))
        await closed.take(bed.deadline, 'the end of a connection that sent garbage')
      }))
      await bed.dialForStreams(address)
    }
  }, {
    name: 'closes while its sockets say nothing at all',
    needs: ['listen', 'connectRaw'],
    run: async bed => {
      const { listener, address } = await bed.listenForStreams()
      const sockets = await Promise.all([bed.connectRaw(address), bed.connectRaw(address)])
      await bed.dialForStreams(address)
      await closes(bed, listener, 'with two sockets open that never sent a byte')
      await within(bed.deadline, 'the end of the silent sockets', Promise.all(sockets.map(async ({ closed }) => closed)))
    }
  }, {
    name: 'survives sockets that send garbage, and sockets that vanish',
    needs: ['listen', 'connectRaw'],
    run: async bed => {
      const { address } = await bed.listenForStreams()
      await Promise.all(Array.from({ length: GARBAGE_CONNECTIONS }, async (_, seed) => {
        const socket = await bed.connectRaw(address)
        socket.write(new Pattern(seed).next(1_000))

        if (seed % 2 === 0) {
          await within(bed.deadline, 'the end of a socket that sent garbage', socket.closed)
        }

        socket.destroy()
      }))
      await bed.dialForStreams(multiaddr(`${address}`))
    }
  }]
}
