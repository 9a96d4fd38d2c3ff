import { StreamCloseEvent } from '@libp2p/interface'
import { check, checkEqual, within } from '../checks.ts'
import { Inbox } from '../inbox.ts'
import { Pattern } from '../pattern.ts'
import type { SuiteGroup } from '../suite-case.ts'
import type { MultiaddrConnection } from '@libp2p/interface'

const BURST = 4 * 1_048_576

/** libp2p's range for applications and for its own codes starts at 0x1000; 0x1001 is a code that no layer sets by itself. */
const ABORT_CODE = 0x1001

function sendThrows (connection: MultiaddrConnection): boolean {
  try {
    connection.send(Uint8Array.of(1))
    return false
  } catch {
    return true
  }
}

async function turns (): Promise<void> {
  await new Promise<void>(resolve => { setTimeout(resolve, 20) })
}

export const ending: SuiteGroup = {
  name: 'ending',
  cases: [{
    name: 'close is seen at the far end, once, as no error',
    needs: ['listen', 'rawConnection'],
    run: async bed => {
      await bed.eachWay(async ({ one, other, from }) => {
        const here = new Inbox(one, 21, bed.deadline)
        const there = new Inbox(other, 21, bed.deadline)
        await within(bed.deadline, `close() ${from}`, one.close())
        const event = await there.closes(`a close event at the far end, after close() ${from},`)
        check(event.error == null, `the close event at the far end should have no error after close() ${from}, has ${event.error}`)
        await here.closes('a close event at the end that closed')
        await turns()
        checkEqual(here.closeEvents.length, 1, 'the number of close events at the end that closed')
        checkEqual(there.closeEvents.length, 1, 'the number of close events at the far end')
        checkEqual(one.status, 'closed', 'status at the end that closed')
        checkEqual(other.status, 'closed', 'status at the far end')
        check((one.timeline.close ?? 0) >= one.timeline.open, 'timeline.close should say when the connection was closed')
        check(sendThrows(one), 'send() should throw after close()')
      })
    }
  }, {
    name: 'close delivers what was sent before it',
    needs: ['listen', 'rawConnection'],
    run: async bed => {
      await bed.eachWay(async ({ one, other, from }) => {
        const there = new Inbox(other, 22, bed.deadline)
        one.send(new Pattern(22).next(BURST))
        await within(bed.deadline, `close() ${from}`, one.close())
        await there.closes(`a close event at the far end, after ${BURST} bytes and close() ${from},`)
        checkEqual(there.length, BURST, `bytes that came ${from} before the end`)
      })
    }
  }, {
    name: 'closes twice, and after an abort',
    needs: ['listen', 'rawConnection'],
    run: async bed => {
      await bed.eachWay(async ({ one, other }) => {
        await within(bed.deadline, 'close(), twice at once,', Promise.all([one.close(), one.close()]))
        await within(bed.deadline, 'close() once more', one.close())
        one.abort(new Error('too late'))
        checkEqual(one.status, 'closed', 'status after close() and then abort()')
        other.abort(new Error('enough'))
        await within(bed.deadline, 'close() after abort()', other.close())
      })
    }
  }, {
    name: 'both ends close at once',
    needs: ['listen', 'rawConnection'],
    run: async bed => {
      const { near, far } = await bed.pair()
      const inboxes = [new Inbox(near, 23, bed.deadline), new Inbox(far, 23, bed.deadline)]
      await within(bed.deadline, 'close() at both ends at once', Promise.all([near.close(), far.close()]))
      await Promise.all(inboxes.map(async inbox => inbox.closes('a close event at each end')))
    }
  }, {
    name: 'abort ends this end at once, with its error',
    needs: ['listen', 'rawConnection'],
    run: async bed => {
      await bed.eachWay(async ({ one }) => {
        const here = new Inbox(one, 24, bed.deadline)
        const error = new Error('enough')
        one.send(new Pattern(24).next(100_000))
        one.abort(error)
        checkEqual(one.status, 'aborted', 'status after abort()')
        check(sendThrows(one), 'send() should throw after abort()')
        const event = await here.closes('a close event at the end that aborted')
        check(event.error === error, `the close event should have the error that abort() was called with, has ${event.error}`)
        checkEqual(event.local, true, 'local of that close event')
        one.abort(new Error('again'))
        await turns()
        checkEqual(here.closeEvents.length, 1, 'the number of close events at the end that aborted')
      })
    }
  }, {
    name: 'abort is seen at the far end, once',
    needs: ['listen', 'rawConnection'],
    run: async bed => {
      await bed.eachWay(async ({ one, other, from }) => {
        const there = new Inbox(other, 25, bed.deadline)
        one.abort(new Error('enough'))
        await there.closes(`a close event at the far end, after abort() ${from},`)
        check(other.status !== 'open', 'status at the far end should not be open')
        check(sendThrows(other), 'send() should throw at the far end')
        await turns()
        checkEqual(there.closeEvents.length, 1, 'the number of close events at the far end')
      })
    }
  }, {
    name: 'abort looks unlike close at the far end',
    needs: ['listen', 'rawConnection', 'abortReset'],
    run: async bed => {
      await bed.eachWay(async ({ one, other, from }) => {
        const there = new Inbox(other, 26, bed.deadline)
        one.abort(new Error('enough'))
        const event = await there.closes(`a close event at the far end, after abort() ${from},`)
        check(event.error instanceof Error, `the close event at the far end should have an error after abort() ${from}`)
        check(other.status === 'reset' || other.status === 'aborted', `status at the far end should be reset or aborted, is ${other.status}`)
      })
    }
  }, {
    name: 'abort brings its code to the far end',
    needs: ['listen', 'rawConnection', 'abortCode'],
    run: async bed => {
      await bed.eachWay(async ({ one, other, from }) => {
        const there = new Inbox(other, 27, bed.deadline)
        one.abort(Object.assign(new Error('enough'), { closeCode: ABORT_CODE }))
        const event: StreamCloseEvent & { code?: unknown } = await there.closes(`a close event at the far end, after abort() ${from},`)
        checkEqual(event.code, ABORT_CODE, 'code of the close event at the far end')
      })
    }
  }, {
    name: 'leaves nothing open, after close and after abort',
    needs: ['listen', 'rawConnection', 'leavesNothingOpen'],
    run: async bed => {
      // what is left is found when the test is over
      const listening = await bed.listenRaw()
      const closed = await bed.pair(listening)
      const aborted = await bed.pair(listening)
      await within(bed.deadline, 'close()', closed.near.close())
      aborted.near.abort(new Error('enough'))
    }
  }, {
    name: 'both ends abort at once, with bytes on their way',
    needs: ['listen', 'rawConnection'],
    run: async bed => {
      const { near, far } = await bed.pair()
      near.send(new Pattern(28).next(BURST))
      far.send(new Pattern(28).next(BURST))
      near.abort(new Error('enough'))
      far.abort(new Error('enough'))
      checkEqual(near.status, 'aborted', 'status at the dialer')
      checkEqual(far.status, 'aborted', 'status at the listener')
    }
  }]
}
