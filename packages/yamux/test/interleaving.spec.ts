import { expect } from 'aegir/chai'
import fc from 'fast-check'
import { muxerPair, turn } from './channel-pair.ts'
import type { YamuxStream } from '../src/index.ts'

const ACTIONS = ['open', 'listen', 'iterate', 'send', 'send', 'sendHead', 'close', 'closeRead', 'abort', 'pause', 'resume', 'readHead', 'deliver', 'deliver', 'turn'] as const

interface Step {
  side: 0 | 1
  action: typeof ACTIONS[number]
  pick: number
  size: number
}

const step = fc.record<Step>({
  side: fc.constantFrom(0, 1),
  action: fc.constantFrom(...ACTIONS),
  pick: fc.nat(9),
  size: fc.oneof(fc.nat(100), fc.nat(200_000))
})

/** One end of a stream, what it sent, and what it saw. */
class End {
  readonly stream: YamuxStream
  other: End | undefined
  sent = 0
  got = 0

  /** This end stopped it, or drops what comes. */
  broken = false
  closes = 0
  #wrongCall: string | undefined
  #reads = false

  constructor (stream: YamuxStream) {
    this.stream = stream
    stream.addEventListener('close', () => { this.closes++ })

    for (const type of ['end', 'remoteCloseWrite', 'drain', 'idle'] as const) {
      stream.addEventListener(type, () => { this.#called(type) })
    }
  }

  get problem (): string | undefined {
    return this.#wrongCall ?? (this.closes > 1 ? `closed ${this.closes} times` : undefined)
  }

  listen (): void {
    if (!this.#reads) {
      this.#reads = true
      this.stream.addEventListener('message', event => {
        this.#called('message')
        this.stream.readStatus === 'paused' && (this.#wrongCall ??= 'message while paused')
        this.#take(event.data.subarray())
      })
    }
  }

  iterate (): void {
    if (!this.#reads) {
      this.#reads = true
      void (async () => {
        try {
          for await (const piece of this.stream) {
            this.#take(piece)
          }
        } catch {
          expect(this.stream.status).to.be.oneOf(['aborted', 'reset'])
        }
      })()
    }
  }

  /** Takes as much as `size` as the head. */
  readHead (size: number): void {
    if (!this.#reads && this.stream.listenerCount('message') === 0) {
      let left = size
      let ended = false
      this.#reads = true
      this.stream.readHead({
        onData: piece => {
          ended && (this.#wrongCall ??= 'head')
          const head = piece.subarray(0, left)
          const rest = piece.slice(left)
          left -= head.byteLength
          this.#take(head)

          if (left > 0) {
            return undefined
          }

          // as a negotiation does, that hands the stream to its user
          this.#reads = false
          queueMicrotask(() => { this.listen() })
          return rest
        },
        onEnd: () => { ended = true }
      })
    }
  }

  /** Byte n of a direction is n mod 251, so that what is lost or repeated shows. */
  write (size: number, how: 'send' | 'sendHead'): void {
    const bytes = Uint8Array.from({ length: size }, (_, i) => (this.sent + i) % 251)
    this.sent += size
    this.stream[how](bytes)
  }

  #take (piece: Uint8Array): void {
    for (let i = 0; i < piece.byteLength; i++) {
      if (piece[i] !== (this.got + i) % 251) {
        throw new Error(`byte ${this.got + i} is ${piece[i]}`)
      }
    }

    this.got += piece.byteLength
    // it is the reader's: nothing of ours may look at it any more
    piece.fill(0xdd)
  }

  #called (what: string): void {
    if (this.closes > 0 && (this.stream.status === 'aborted')) {
      this.#wrongCall ??= `${what} after ${this.stream.status}`
    }
  }
}

async function run (steps: Step[], cut: number, takesOwnership: boolean): Promise<void> {
  const { channels, muxers, settle } = muxerPair({}, { takesOwnership })
  const ends: [Map<number, End>, Map<number, End>] = [new Map(), new Map()]
  const add = (side: 0 | 1, stream: YamuxStream): void => {
    const end = new End(stream)
    const other = ends[side === 0 ? 1 : 0].get(stream.streamId)
    ends[side].set(stream.streamId, end)

    if (other != null) {
      end.other = other
      other.other = end
    }
  }
  muxers.forEach((muxer, side) => { muxer.addEventListener('stream', event => { add(side as 0 | 1, event.detail) }) })

  add(0, await muxers[0].createStream())
  add(1, await muxers[1].createStream())

  for (const { side, action, pick, size } of steps) {
    const end = [...ends[side].values()][pick % Math.max(1, ends[side].size)]

    if (action === 'open') {
      add(side, await muxers[side].createStream())
    } else if (action === 'deliver') {
      // in pieces of any size, by turns or not
      for (let left = size; left > 0; left -= cut) {
        channels[side].deliver(Math.min(cut, left))
      }
    } else if (action === 'turn') {
      await turn()
    } else if (end != null) {
      act(end, action, size)
    }
  }

  const all = [...ends[0].values(), ...ends[1].values()]

  for (const end of all) {
    ['readable', 'paused'].includes(end.stream.readStatus) && end.stream.resume()
    end.listen()
  }

  await settle()
  // those that came in meanwhile
  ends.forEach(side => { side.forEach(end => { end.listen() }) })
  await settle()

  for (const end of [...ends[0].values(), ...ends[1].values()]) {
    expect(end.problem).to.equal(undefined)

    if (end.other != null && !end.broken && !end.other.broken) {
      expect(end.got).to.equal(end.other.sent, `stream ${end.stream.streamId}`)
    }
  }

  await Promise.all(muxers.map(async (muxer, side) => {
    ends[side as 0 | 1].forEach(({ stream }) => { void stream.close() })
    await settle()
    expect(muxer.streams.length).to.equal(0)
  }))
  muxers.forEach(muxer => { muxer.abort(new Error('test over')) })
}

function act (end: End, action: Step['action'], size: number): void {
  const { stream } = end

  switch (action) {
    case 'listen': end.listen(); break
    case 'iterate': end.iterate(); break
    case 'readHead': end.readHead(size); break
    case 'send': stream.writeStatus === 'writable' && end.write(size, 'send'); break
    case 'sendHead': stream.writeStatus === 'writable' && end.sent === 0 && end.write(size % 100, 'sendHead'); break
    case 'close': void stream.close().catch(() => {}); break
    case 'closeRead':
      end.broken = true
      void stream.closeRead()
      break
    case 'abort':
      end.broken = true
      stream.abort(new Error('enough'))
      break
    case 'pause': ['readable', 'paused'].includes(stream.readStatus) && stream.pause(); break
    default: ['readable', 'paused'].includes(stream.readStatus) && stream.resume()
  }
}

describe('streams, whatever is called at whatever moment', () => {
  for (const takesOwnership of [false, true]) {
    it(`bring each byte across once and in order, and call nobody after an abort${takesOwnership ? ', over a channel that overwrites' : ''}`, async function () {
      this.timeout(120_000)

      await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 80, size: 'max' }), fc.integer({ min: 1, max: 70_000 }), async (steps, cut) => {
        await run(steps, cut < 100 ? cut + 100 : cut, takesOwnership)
      }), { numRuns: 150 })
    })
  }
})
