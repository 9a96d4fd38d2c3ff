import { Uint8ArrayList } from 'uint8arraylist'
import { check, checkEqual } from '../checks.ts'
import { echo } from '../echo.ts'
import { Inbox } from '../inbox.ts'
import { Pattern } from '../pattern.ts'
import { sendAll } from '../send.ts'
import type { SuiteGroup } from '../suite-case.ts'

const MEBIBYTE = 1_048_576

/** Below, at and above what a transport may cut, join or frame at. */
const SIZES = [1, 2, 3, 125, 126, 127, 1_024, 65_535, 65_536, 65_537, 4_097, 262_145]
const TINY_WRITES = 2_000

/** Time for bytes to arrive that are on their way, and for what should not happen to happen. */
async function pause (): Promise<void> {
  await new Promise<void>(resolve => { setTimeout(resolve, 20) })
}

/** Pieces of every size, one after the other, `total` bytes in all; every third one as a list. */
function * pieces (seed: number, total: number): Generator<Uint8Array | Uint8ArrayList> {
  const pattern = new Pattern(seed)
  let sent = 0

  for (let index = 0; sent < total; index++) {
    const size = Math.min(SIZES[index % SIZES.length] ?? 1, total - sent)
    const half = Math.floor(size / 2)
    yield index % 3 === 2 ? new Uint8ArrayList(pattern.next(half), pattern.next(size - half)) : pattern.next(size)
    sent += size
  }
}

export const bytes: SuiteGroup = {
  name: 'bytes',
  cases: [{
    name: 'echoes 1 MiB, in pieces of many sizes, every byte in its place',
    needs: ['listen', 'rawConnection'],
    run: async bed => {
      const { near, far } = await bed.pair()
      echo(far)
      const inbox = new Inbox(near, 1, bed.deadline)
      await sendAll(near, pieces(1, MEBIBYTE), bed.deadline)
      await inbox.receives(MEBIBYTE)
    }
  }, {
    name: 'carries 1 MiB each way at the same time',
    needs: ['listen', 'rawConnection'],
    run: async bed => {
      const { near, far } = await bed.pair()
      const inboxes = [new Inbox(near, 2, bed.deadline), new Inbox(far, 3, bed.deadline)]
      await Promise.all([
        sendAll(far, pieces(2, MEBIBYTE), bed.deadline),
        sendAll(near, pieces(3, MEBIBYTE), bed.deadline),
        ...inboxes.map(async inbox => inbox.receives(MEBIBYTE))
      ])
    }
  }, {
    name: 'carries one write of 4 MiB',
    needs: ['listen', 'rawConnection'],
    run: async bed => {
      const { near, far } = await bed.pair()
      const inbox = new Inbox(far, 4, bed.deadline)
      near.send(new Pattern(4).next(4 * MEBIBYTE))
      await inbox.receives(4 * MEBIBYTE)
    }
  }, {
    name: `carries ${TINY_WRITES} writes of one byte in their order`,
    needs: ['listen', 'rawConnection'],
    run: async bed => {
      await bed.eachWay(async ({ one, other }) => {
        const inbox = new Inbox(other, 5, bed.deadline)
        const pattern = new Pattern(5)
        await sendAll(one, Array.from({ length: TINY_WRITES }, () => pattern.next(1)), bed.deadline)
        await inbox.receives(TINY_WRITES)
      })
    }
  }, {
    name: 'takes an empty write for nothing',
    needs: ['listen', 'rawConnection'],
    run: async bed => {
      await bed.eachWay(async ({ one, other, from }) => {
        const inbox = new Inbox(other, 6, bed.deadline)
        const pattern = new Pattern(6)
        one.send(new Uint8Array(0))
        one.send(pattern.next(1))
        one.send(new Uint8ArrayList())
        one.send(pattern.next(1))
        await inbox.receives(2)
        checkEqual(other.status, 'open', `status after empty writes ${from}`)
      })
    }
  }, {
    name: 'keeps what comes before anybody listens',
    needs: ['listen', 'rawConnection'],
    run: async bed => {
      await bed.eachWay(async ({ one, other }) => {
        one.send(new Pattern(7).next(10_000))
        await pause()
        const inbox = new Inbox(other, 7, bed.deadline)
        await inbox.receives(10_000)
      })
    }
  }, {
    name: 'pause holds messages back, resume lets them go in their order',
    needs: ['listen', 'rawConnection'],
    run: async bed => {
      await bed.eachWay(async ({ one, other, from }) => {
        const inbox = new Inbox(other, 8, bed.deadline)
        const pattern = new Pattern(8)
        const back = new Inbox(one, 9, bed.deadline)
        const backPattern = new Pattern(9)

        for (let round = 1; round <= 3; round++) {
          other.pause()
          one.send(pattern.next(10_000))
          // the way back is not paused: a whole round trip, so that the bytes are there
          other.send(backPattern.next(10_000))
          await back.receives(10_000 * round)
          await pause()
          checkEqual(inbox.length, 10_000 * (round - 1), `bytes that came ${from} after pause()`)
          other.resume()
          await inbox.receives(10_000 * round)
        }

        check(other.status === 'open', 'the connection should still be open')
      })
    }
  }]
}
