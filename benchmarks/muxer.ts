/**
 * Our yamux beside `@libp2p/yamux`, both over the same connection in memory, and
 * ours also over a channel, as it runs below an encrypter of ours.
 *
 * ```sh
 * node --expose-gc muxer.ts [--turns 7]
 * ```
 *
 * Both ends are in this process and the muxers take turns, so only the ratios of
 * one table mean something; they are medians over the turns.
 */
import { availableParallelism, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { defaultLogger } from '@libp2p/logger'
import { multiaddrConnectionPair } from '@libp2p/utils'
import { yamux as theirYamux } from '@libp2p/yamux'
import { ReadSide } from '@libp2p-ws/byte-channel'
import { yamux } from '@libp2p-ws/yamux'
import type { Stream, StreamMuxer } from '@libp2p/interface'
import type { ByteChannel, ByteChannelHandler } from '@libp2p-ws/core'

const MiB = 1024 * 1024
const UPLOAD = 256 * MiB
const SMALL_UPLOAD = 16 * MiB
const SMALL_MESSAGE = 256
const STREAMS = 2_000
const IDLE_STREAMS = 1_000
const HIGH_WATER_BYTES = MiB
const LIMITS = { maxInboundStreams: 10_000, maxOutboundStreams: 10_000 }

type Pair = [StreamMuxer, StreamMuxer]

const MUXERS: Record<string, () => Pair> = {
  '@libp2p/yamux': () => {
    const [outbound, inbound] = multiaddrConnectionPair()

    return [theirYamux(LIMITS)().createStreamMuxer(outbound), theirYamux(LIMITS)().createStreamMuxer(inbound)]
  },
  ours: () => {
    const [outbound, inbound] = multiaddrConnectionPair()

    return [yamux(LIMITS)().createStreamMuxer(outbound), yamux(LIMITS)().createStreamMuxer(inbound)]
  },
  'ours on a channel': () => {
    const [outbound, inbound] = [new MemoryChannel(), new MemoryChannel()]
    const log = defaultLogger().forComponent('benchmark')
    outbound.far = inbound
    inbound.far = outbound

    return [yamux(LIMITS)().createChannelMuxer(outbound, { direction: 'outbound', log }), yamux(LIMITS)().createChannelMuxer(inbound, { direction: 'inbound', log })]
  }
}

/** Hands over in a microtask what was written, without a copy. */
class MemoryChannel implements ByteChannel {
  readonly takesOwnership = false
  far: MemoryChannel | undefined
  readonly #read = new ReadSide()
  #waiting: Uint8Array[] = []
  #waitingBytes = 0

  get handler (): ByteChannelHandler {
    return this.#read.handler
  }

  set handler (handler: ByteChannelHandler) {
    this.#read.handler = handler
  }

  write (pieces: readonly Uint8Array[]): boolean {
    if (this.#waitingBytes === 0) {
      setImmediate(() => { this.#handOver() })
    }

    for (const piece of pieces) {
      this.#waiting.push(piece)
      this.#waitingBytes += piece.byteLength
    }

    return this.#waitingBytes < HIGH_WATER_BYTES
  }

  #handOver (): void {
    const waiting = this.#waiting
    const drains = this.#waitingBytes >= HIGH_WATER_BYTES
    this.#waiting = []
    this.#waitingBytes = 0
    waiting.forEach(piece => { this.far?.take(piece) })
    drains && this.#read.drain()
  }

  take (piece: Uint8Array): void { this.#read.deliver(piece) }
  pause (): void { this.#read.pause() }
  resume (): void { this.#read.resume() }
  unread (piece: Uint8Array): void { this.#read.unread(piece) }
  close (): void { this.#read.close() }
  abort (error: Error): void { this.#read.close(error) }
}

interface Measured {
  /** Ms. */
  openAndEcho: number

  /** MiB/s, in messages of 64 KiB. */
  upload: number

  /** MiB/s, in messages of 256 bytes. */
  smallUpload: number

  /** Of heap, both ends, each with listeners for messages and the close. */
  bytesPerStream: number
}

const { values } = parseArgs({ options: { turns: { type: 'string', default: '7' }, only: { type: 'string' } } })
const results = new Map<string, Measured[]>(Object.keys(MUXERS).filter(name => values.only == null || name === values.only).map(name => [name, []]))

for (let turn = 0; turn < Number(values.turns); turn++) {
  for (const [name, measured] of results) {
    measured.push(await measure(MUXERS[name] ?? (() => { throw new Error(name) })))
    process.stderr.write('.')
  }
}

process.stderr.write('\n')
print()

async function measure (makePair: () => Pair): Promise<Measured> {
  const [near, far] = makePair()
  const received = { bytes: 0, until: 0, done: (): void => {} }
  far.addEventListener('stream', event => { serve(event.detail, received) })
  await times(200, async () => { await echoOne(near) })
  const openAndEcho = await times(STREAMS, async () => { await echoOne(near) }) / STREAMS
  const upload = await uploadRate(near, UPLOAD, 64 * 1024, received)
  const smallUpload = await uploadRate(near, SMALL_UPLOAD, SMALL_MESSAGE, received)
  const bytesPerStream = await idleStreams(near)
  near.abort(new Error('done'))
  far.abort(new Error('done'))

  return { openAndEcho, upload, smallUpload, bytesPerStream }
}

/** A stream that begins with 0 is for counting, any other is echoed. */
function serve (stream: Stream, received: { bytes: number, until: number, done(): void }): void {
  let counts: boolean | undefined
  stream.addEventListener('close', () => {})
  stream.addEventListener('message', event => {
    counts ??= event.data.subarray(0, 1)[0] === 0

    if (counts) {
      received.bytes += event.data.byteLength
      received.bytes >= received.until && received.done()
    } else {
      stream.send(event.data)
    }
  })
}

async function echoOne (muxer: StreamMuxer): Promise<void> {
  const stream = await muxer.createStream()
  const answered = new Promise(resolve => { stream.addEventListener('message', resolve, { once: true }) })
  stream.send(Uint8Array.of(1))
  await answered
  stream.abort(new Error('done'))
}

async function uploadRate (muxer: StreamMuxer, total: number, size: number, received: { bytes: number, until: number, done(): void }): Promise<number> {
  const stream = await muxer.createStream()
  const arrived = new Promise<void>(resolve => { received.done = resolve })
  const message = new Uint8Array(size)
  received.bytes = 0
  received.until = total
  const ms = await times(1, async () => {
    for (let sent = 0; sent < total; sent += size) {
      if (!stream.send(message)) {
        await drained(stream)
      }
    }

    await arrived
  })
  stream.abort(new Error('done'))

  return total / MiB / (ms / 1_000)
}

/** `onDrain` of js-libp2p's streams waits once (utils 7.4.1). */
async function drained (stream: Stream): Promise<void> {
  await new Promise<void>(resolve => { stream.addEventListener('drain', () => { resolve() }, { once: true }) })
}

async function idleStreams (muxer: StreamMuxer): Promise<number> {
  const collect = globalThis.gc

  if (collect == null) {
    throw new Error('run with --expose-gc')
  }

  const streams: Stream[] = []
  await settle()
  collect()
  const before = process.memoryUsage().heapUsed

  for (let i = 0; i < IDLE_STREAMS; i++) {
    const stream = await muxer.createStream()
    stream.addEventListener('message', () => {})
    stream.addEventListener('close', () => {})
    stream.send(Uint8Array.of(1))
    streams.push(stream)
  }

  await settle()
  collect()
  const bytes = (process.memoryUsage().heapUsed - before) / IDLE_STREAMS
  streams.forEach(stream => { stream.abort(new Error('done')) })

  return bytes
}

async function settle (): Promise<void> {
  await new Promise(resolve => { setTimeout(resolve, 50) })
}

/** Ms for all of them, one after the other. */
async function times (count: number, task: () => Promise<void>): Promise<number> {
  const start = performance.now()

  for (let i = 0; i < count; i++) {
    await task()
  }

  return performance.now() - start
}

function median (numbers: number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? NaN
}

function print (): void {
  const columns = { 'open + echo, µs': 'openAndEcho', 'upload, MiB/s': 'upload', 'in 256 bytes, MiB/s': 'smallUpload', 'bytes per stream': 'bytesPerStream' } as const
  const line = (...cells: string[]): void => { process.stdout.write(`${cells.map((cell, i) => i === 0 ? cell.padEnd(20) : cell.padStart(24)).join('')}\n`) }
  const [base] = [...results.values()]
  line('median (× the first)', ...Object.keys(columns))

  for (const [name, turns] of results) {
    line(name, ...Object.values(columns).map(column => {
      const value = median(turns.map(turn => turn[column]))
      const first = median((base ?? turns).map(turn => turn[column]))

      return `${column === 'openAndEcho' ? (value * 1_000).toFixed(1) : value.toFixed(0)} (${(value / first).toFixed(2)})`
    }))
  }

  process.stdout.write(`load ${loadavg().map(load => load.toFixed(1)).join(' ')} on ${availableParallelism()} cores\n`)
}
