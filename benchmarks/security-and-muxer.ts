/**
 * Our noise and yamux beside `@libp2p/noise` and `@libp2p/yamux`, on the same
 * swarm and transport: what each of them is worth by itself.
 *
 * ```sh
 * node security-and-muxer.ts [--turns 5]
 * ```
 *
 * Both ends are in this process and the stacks take turns, so only the ratios of
 * one table mean something; they are medians over the turns.
 */
import { parseArgs } from 'node:util'
import { noise as theirNoise } from '@libp2p/noise'
import { yamux as theirYamux } from '@libp2p/yamux'
import { noise } from '@libp2p-ws/noise'
import { createSwarm } from '@libp2p-ws/swarm'
import { webSockets } from '@libp2p-ws/transport'
import { yamux } from '@libp2p-ws/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import type { Connection, Stream } from '@libp2p/interface'
import type { Swarm } from '@libp2p-ws/swarm'

const MiB = 1024 * 1024
const UPLOAD = 128 * MiB
const STREAMS = 300
const DIALS = 50
const MANY = { maxInboundStreams: 1_000_000 }

const STACKS = {
  '@libp2p/noise, @libp2p/yamux': { encrypter: theirNoise(), muxer: theirYamux() },
  '@libp2p/noise, our yamux': { encrypter: theirNoise(), muxer: yamux() },
  'our noise, @libp2p/yamux': { encrypter: noise(), muxer: theirYamux() },
  'our noise, our yamux': { encrypter: noise(), muxer: yamux() }
}

interface Measured {
  /** Ms. */
  openAndEcho: number

  /** MiB/s. */
  upload: number

  /** Ms. */
  dialAndClose: number
}

const { values } = parseArgs({ options: { turns: { type: 'string', default: '5' } } })
const results = new Map<string, Measured[]>(Object.keys(STACKS).map(name => [name, []]))

for (let turn = 0; turn < Number(values.turns); turn++) {
  for (const [name, stack] of Object.entries(STACKS)) {
    results.get(name)?.push(await measure(stack))
    process.stderr.write('.')
  }
}

process.stderr.write('\n')
print()

async function measure ({ encrypter, muxer }: typeof STACKS[keyof typeof STACKS]): Promise<Measured> {
  const make = async (listen: string[]): Promise<Swarm> => createSwarm({
    transports: [webSockets()],
    connectionEncrypters: [encrypter],
    streamMuxers: [muxer],
    listen: listen.map(address => multiaddr(address))
  })
  const [dialer, listener] = await Promise.all([make([]), make(['/ip4/127.0.0.1/tcp/0/ws'])])
  let received = 0
  let onUploaded = (): void => {}
  listener.handle('/echo', stream => { stream.addEventListener('message', event => { stream.send(event.data) }) }, MANY)
  listener.handle('/sink', stream => {
    stream.addEventListener('message', event => {
      received += event.data.byteLength
      received >= UPLOAD && onUploaded()
    })
  }, MANY)

  const connection = await dialer.dialAddresses(listener.listenAddresses())
  await times(50, async () => echoOne(connection))
  const openAndEcho = await times(STREAMS, async () => echoOne(connection)) / STREAMS
  const uploaded = new Promise<void>(resolve => { onUploaded = resolve })
  const stream = await connection.newStream('/sink')
  const upload = UPLOAD / MiB / (await times(1, async () => {
    await write(stream)
    await uploaded
  }) / 1_000)
  const dialAndClose = await times(DIALS, async () => {
    const other = await dialer.dialAddresses(listener.listenAddresses(), { force: true })
    await other.close()
  }) / DIALS
  await Promise.all([dialer.close(), listener.close()])

  return { openAndEcho, upload, dialAndClose }
}

/** Ms for all of them, one after the other. */
async function times (count: number, task: () => Promise<void>): Promise<number> {
  const start = performance.now()

  for (let i = 0; i < count; i++) {
    await task()
  }

  return performance.now() - start
}

async function echoOne (connection: Connection): Promise<void> {
  const stream = await connection.newStream('/echo', { maxOutboundStreams: 1_000_000 })
  const answered = new Promise(resolve => { stream.addEventListener('message', resolve, { once: true }) })
  stream.send(Uint8Array.of(1))
  await answered
  stream.abort(new Error('done'))
}

async function write (stream: Stream): Promise<void> {
  const chunk = new Uint8Array(64 * 1024)

  for (let sent = 0; sent < UPLOAD; sent += chunk.byteLength) {
    if (!stream.send(chunk)) {
      await stream.onDrain()
    }
  }
}

function median (numbers: number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? NaN
}

function print (): void {
  const rows = [...results].map(([stack, turns]) => ({
    stack,
    openAndEcho: median(turns.map(turn => turn.openAndEcho)),
    upload: median(turns.map(turn => turn.upload)),
    dialAndClose: median(turns.map(turn => turn.dialAndClose))
  }))
  const line = (...cells: string[]): void => { process.stdout.write(`${cells.map((cell, i) => i === 0 ? cell.padEnd(32) : cell.padStart(18)).join('')}\n`) }
  const [base] = rows
  line('median (times faster)', 'open + echo, ms', 'upload, MiB/s', 'dial + close, ms')

  if (base == null) {
    return
  }

  for (const row of rows) {
    line(
      row.stack,
      `${row.openAndEcho.toFixed(2)} (${(base.openAndEcho / row.openAndEcho).toFixed(2)})`,
      `${row.upload.toFixed(0)} (${(row.upload / base.upload).toFixed(2)})`,
      `${row.dialAndClose.toFixed(2)} (${(base.dialAndClose / row.dialAndClose).toFixed(2)})`
    )
  }
}
