import { ResourceLimitError, STREAM_ERROR_CODES } from '@libp2p-ws/core'
import { expect } from 'aegir/chai'
import fc from 'fast-check'
import { ACK, decodeHeader, encodeHeader, PING, RST, SYN, WINDOW_UPDATE, YamuxSession } from '../src/sans-io/index.ts'
import { muxerPair } from './channel-pair.ts'
import type { FrameHeader } from '../src/sans-io/index.ts'
import type { MemoryReserver } from '@libp2p-ws/core'

const KiB = 1024
const WINDOW = 256 * KiB

/** Gives `most` bytes in all, and for growth only while `most / 2` are left. */
class Limit implements MemoryReserver {
  readonly most: number
  held = 0
  asked = 0

  constructor (most: number = Infinity) {
    this.most = most
  }

  reserve (bytes: number): void {
    this.asked++

    if (this.held + bytes > this.most) {
      throw new ResourceLimitError('test.memory', this.most)
    }

    this.held += bytes
  }

  reserveSpare (bytes: number): boolean {
    this.asked++
    const spare = this.held + bytes <= this.most / 2
    this.held += spare ? bytes : 0

    return spare
  }

  release (bytes: number): void {
    this.asked++
    this.held -= bytes
  }
}

/** A client that knows at 10 ms that a round trip takes 10. */
function session (memory: MemoryReserver): YamuxSession {
  const made = new YamuxSession(true, -1_000, { keepAliveInterval: 1_000 }, memory)
  made.handleTimeout(0)
  made.handleData(frame({ type: PING, flags: ACK, streamId: 0 }), 10)
  made.pollTransmit(Infinity, 10)

  return made
}

function frame (init: Partial<FrameHeader>): Uint8Array {
  return encodeHeader({ type: WINDOW_UPDATE, flags: 0, streamId: 2, length: 0, ...init })
}

/** Bytes by which the far end is told that a window grew, when its reader was fast. */
function read (muxed: YamuxSession, streamId: number, bytes: number): number {
  muxed.consume(streamId, bytes, 11)
  const [header] = muxed.pollTransmit(Infinity, 11)

  return header == null ? 0 : decodeHeader(header, 0).length
}

describe('memory of a session', () => {
  it('is a window for each stream of either end, for as long as it is open', () => {
    const memory = new Limit()
    const muxed = session(memory)
    const id = muxed.open(0)
    muxed.handleData(frame({ flags: SYN }), 0)
    expect(memory.held).to.equal(2 * WINDOW)

    muxed.reset(id, 0)
    muxed.handleData(frame({ flags: RST }), 0)
    expect(memory.held).to.equal(0)
  })

  it('is taken for what a window grows by, and given back with the stream', () => {
    const memory = new Limit()
    const muxed = session(memory)
    muxed.handleData(frame({ flags: SYN }), 10)

    expect(read(muxed, 2, WINDOW / 2)).to.equal(WINDOW / 2 + WINDOW)
    expect(memory.held).to.equal(2 * WINDOW)
    muxed.reset(2, 0)
    expect(memory.held).to.equal(0)
  })

  it('leaves a window as it is where there is no more', () => {
    const memory = new Limit(4 * WINDOW)
    const muxed = session(memory)
    muxed.handleData(frame({ flags: SYN }), 10)
    muxed.handleData(frame({ flags: SYN, streamId: 4 }), 10)

    expect(read(muxed, 2, WINDOW / 2)).to.equal(WINDOW / 2, 'filled up, and not widened')
    muxed.reset(4, 0)
    muxed.pollTransmit(Infinity, 11)
    expect(read(muxed, 2, WINDOW / 2)).to.equal(WINDOW / 2 + WINDOW, 'there is again')
  })

  it('refuses a stream of ours that has no window, and uses no id for it', () => {
    const memory = new Limit(2 * WINDOW)
    const muxed = session(memory)
    const id = muxed.open(0)
    muxed.open(0)

    expect(() => muxed.open(0)).to.throw('test.memory').with.property('name', 'ResourceLimitError')
    muxed.reset(id, 0)
    expect(muxed.open(0)).to.equal(id + 4)
  })

  it('refuses a stream of the far end, and nothing else', () => {
    const memory = new Limit(WINDOW)
    const muxed = session(memory)
    muxed.handleData(frame({ flags: SYN }), 0)
    muxed.handleData(frame({ flags: SYN, streamId: 4 }), 0)
    const [reset] = muxed.pollTransmit(Infinity, 0)

    expect(decodeHeader(reset ?? new Uint8Array(), 0)).to.deep.equal({ type: WINDOW_UPDATE, flags: RST, streamId: 4, length: STREAM_ERROR_CODES.RESOURCE_LIMIT_EXCEEDED })
    expect(muxed.size).to.equal(1)
    expect(memory.held).to.equal(WINDOW)
  })

  it('is asked for neither by what comes in nor by what goes out', () => {
    const memory = new Limit()
    const muxed = session(memory)
    const id = muxed.open(0)
    muxed.handleData(frame({ flags: ACK, streamId: id }), 0)
    const { asked } = memory

    for (let i = 0; i < 100; i++) {
      muxed.write(id, [new Uint8Array(100)])
      muxed.pollTransmit(Infinity, 0)
      muxed.handleData(Buffer.concat([frame({ type: 0, streamId: id, length: 100 }), new Uint8Array(100)]), 0)
    }

    expect(memory.asked).to.equal(asked)
  })

  it('is never below nothing or above the limit, and all given back at the end', () => {
    const step = fc.record({ action: fc.constantFrom('open', 'opened', 'reset', 'wasReset', 'read', 'close'), pick: fc.nat(10), late: fc.boolean() })

    fc.assert(fc.property(fc.integer({ min: 0, max: 12 }), fc.array(step, { maxLength: 80 }), (windows, steps) => {
      const memory = new Limit(windows * WINDOW)
      const muxed = session(memory)
      let nextInbound = 2

      for (const { action, pick, late } of steps) {
        const id = pick + 1

        switch (action) {
          case 'open': tryTo(() => muxed.open(10)); break
          case 'opened': muxed.handleData(frame({ flags: SYN, streamId: nextInbound }), 10); nextInbound += 2; break
          case 'reset': muxed.reset(id, 0); break
          case 'wasReset': muxed.handleData(frame({ flags: RST, streamId: id }), 10); break
          case 'read': muxed.consume(id, WINDOW, late ? 1_000 : 11); break
          default: late && muxed.handleClose()
        }

        expect(memory.held).to.be.within(0, memory.most)
      }

      muxed.handleClose()
      expect(memory.held).to.equal(0)
    }))
  })
})

describe('memory of a muxer', () => {
  it('is given back when the far end closes, resets, or is gone', async () => {
    const memory = new Limit()
    const { channels, muxers: [near, far], settle } = muxerPair({ memory })
    far.addEventListener('stream', () => {})
    const [closed, aborted] = [await near.createStream(), await near.createStream()]
    await near.createStream()
    await settle()
    expect(memory.held).to.equal(6 * WINDOW, 'both ends take from the same')

    far.streams[1]?.abort(new Error('test'))
    await Promise.all([closed.close(), far.streams[0]?.close(), settle()])
    expect(closed.status).to.equal('closed')
    expect(aborted.status).to.equal('reset')
    expect(memory.held).to.equal(2 * WINDOW)

    channels[0].abort(new Error('cut'))
    expect(memory.held).to.equal(0)
  })
})

function tryTo (action: () => void): void {
  try {
    action()
  } catch (err) {
    expect(err).to.have.property('name', 'ResourceLimitError')
  }
}
