import { check, checkEqual, rejection, within } from '../checks.ts'
import { Inbox } from '../inbox.ts'
import { Pattern } from '../pattern.ts'
import type { SuiteGroup } from '../suite-case.ts'
import type { MultiaddrConnection } from '@libp2p/interface'

/** Far more than an operating system buffers for one connection (Linux grows to 6 MiB by default). */
const TOO_MUCH = 64 * 1_048_576
const PIECE = 65_536

/** A writer that is told nothing for so long, ms, has been stopped for good. */
const STOPPED_AFTER = 300

/** Turns of the event loop for the far end, which may live in this process. */
async function turn (): Promise<void> {
  await new Promise<void>(resolve => { setTimeout(resolve, 0) })
}

async function drainsSoon (writer: MultiaddrConnection): Promise<boolean> {
  const drained = writer.onDrain().then(() => true, () => true)
  let timer: ReturnType<typeof setTimeout> | undefined
  const stopped = new Promise<boolean>(resolve => { timer = setTimeout(resolve, STOPPED_AFTER, false) })

  return Promise.race([drained, stopped]).finally(() => { clearTimeout(timer) })
}

/** Writes until the writer has to wait for a reader that does not read; how many bytes that took, TOO_MUCH when it never had to. */
async function fill (writer: MultiaddrConnection, pattern: Pattern): Promise<number> {
  for (let sent = PIECE; sent < TOO_MUCH; sent += PIECE) {
    const mayGoOn = writer.send(pattern.next(PIECE)) || await drainsSoon(writer)

    if (!mayGoOn) {
      return sent
    }

    check(writer.status === 'open', `the connection broke when ${sent} bytes were sent to a far end that had paused`)

    if (sent % (16 * PIECE) === 0) {
      await turn()
    }
  }

  return TOO_MUCH
}

export const backPressure: SuiteGroup = {
  name: 'back-pressure',
  cases: [{
    name: 'send says when to wait, and drain says when to go on',
    needs: ['listen', 'rawConnection', 'writeBackpressure'],
    run: async bed => {
      await bed.eachWay(async ({ one, other, from }) => {
        const inbox = new Inbox(other, 11, bed.deadline)
        const pattern = new Pattern(11)
        let sent = 0
        let more = true

        while (more && sent < TOO_MUCH) {
          more = one.send(pattern.next(PIECE))
          sent += PIECE
        }

        check(!more, `send() ${from} took ${TOO_MUCH} bytes in one go without once returning false: nothing bounds its memory`)
        check(one.writableNeedsDrain, 'writableNeedsDrain should be true after send() has returned false')
        await within(bed.deadline, `a drain event ${from}, with a far end that reads,`, one.onDrain())
        checkEqual(one.writableNeedsDrain, false, 'writableNeedsDrain after drain')
        await inbox.receives(sent)
      })
    }
  }, {
    name: 'a reader that pauses stops the writer at the far end, and nothing is lost',
    needs: ['listen', 'rawConnection', 'writeBackpressure', 'readBackpressure'],
    run: async bed => {
      await bed.eachWay(async ({ one, other, from }) => {
        const inbox = new Inbox(other, 12, bed.deadline)
        other.pause()
        const sent = await fill(one, new Pattern(12))
        check(sent < TOO_MUCH, `${TOO_MUCH} bytes went ${from} though the far end had paused: nothing bounds its memory`)
        checkEqual(other.status, 'open', `status of the end that paused, while bytes come ${from},`)
        check(other.readBufferLength <= other.maxReadBufferLength, `the end that paused holds ${other.readBufferLength} bytes, more than its maxReadBufferLength of ${other.maxReadBufferLength}`)
        checkEqual(inbox.length, 0, `bytes that came ${from} after pause()`)
        other.resume()
        await inbox.receives(sent)
      })
    }
  }, {
    name: 'abort frees a writer that waits',
    needs: ['listen', 'rawConnection', 'writeBackpressure', 'readBackpressure'],
    run: async bed => {
      await bed.eachWay(async ({ one, other }) => {
        other.pause()
        await fill(one, new Pattern(13))
        const waiting = rejection(bed.deadline, 'onDrain() of a connection that is aborted', one.onDrain())
        one.abort(new Error('enough'))
        await waiting
      })
    }
  }, {
    name: 'close gives up when its signal aborts, while the far end does not read',
    needs: ['listen', 'rawConnection', 'writeBackpressure', 'readBackpressure'],
    run: async bed => {
      await bed.eachWay(async ({ one, other }) => {
        other.pause()
        await fill(one, new Pattern(14))
        const controller = new AbortController()
        const closing = one.close({ signal: controller.signal })
        closing.catch(() => {})
        await turn()
        controller.abort()
        await rejection(bed.deadline, 'close() with bytes that cannot be sent and a signal that has aborted', closing)
      })
    }
  }]
}
