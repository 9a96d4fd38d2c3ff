/**
 * The WebSocket transport alone, without security and muxer, beside raw TCP, raw `ws`
 * and `@libp2p/websockets`.
 *
 * ```sh
 * node transport.ts [--rounds 5] [--mib 512] [--connections 400] [--stacks tcp,js,ours] [--profile FOLDER]
 * ```
 *
 * Dialer and listener are two processes, started anew for each round; in a round the
 * stacks take turns. Only ratios of one run mean something: each is the median of the
 * ratios of the rounds.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import net from 'node:net'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { webSockets as jsWebSockets } from '@libp2p/websockets'
import { channelOf } from '@libp2p-ws/byte-channel'
import { webSockets } from '@libp2p-ws/transport'
import { multiaddr } from '@multiformats/multiaddr'
import { WebSocket, WebSocketServer } from 'ws'
import type { MultiaddrConnection, Transport } from '@libp2p/interface'
import type { ChildProcessByStdio } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'

const MIB = 1024 * 1024
const CHUNK = 64 * 1024

/** Sent again and again, where the stack leaves it alone. */
const BYTES = Buffer.alloc(CHUNK, 1)

/** What each end of a connection can do, whatever is below. */
interface Wire {
  /** @returns false when the sender should wait for `drain` */
  send(chunk: Uint8Array): boolean
  drain(): Promise<void>
  onBytes(listener: (bytes: Uint8Array) => void): void
  close(): Promise<void>
}

interface Stack {
  name: string
  listen(onWire: (wire: Wire) => void): Promise<string>
  dial(address: string): Promise<Wire>
}

interface Measured {
  /** MiB/s. */
  upload: number

  /** CPU time of both ends for 1 GiB, seconds. */
  cpu: number

  /** Milliseconds. */
  connect: number
}

const STACKS: Record<string, Stack> = {
  tcp: { name: 'raw TCP', listen: listenTcp, dial: async address => tcpWire(await connectTcp(Number(address))) },
  ws: { name: 'raw `ws`, with bufferutil', listen: listenWs, dial: dialWs },
  js: libp2pStack('`@libp2p/websockets`', jsWebSockets(), streamWire),
  'ours-ws': libp2pStack('ours, framing by `ws`', webSockets({ framing: 'ws' }), channelWire),
  'ours-stream': libp2pStack('ours, as a message stream', webSockets(), streamWire),
  ours: libp2pStack('ours', webSockets(), channelWire)
}

/** As many times the connections that are measured come before: ours took 0.88 ms over the first 200, 0.46 ms after 2,000. */
const WARM_UP = 5

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    mib: { type: 'string', default: '512' },
    connections: { type: 'string', default: '400' },
    stacks: { type: 'string', default: Object.keys(STACKS).join(',') },
    profile: { type: 'string' },
    listen: { type: 'string' },
    dial: { type: 'string' },
    address: { type: 'string', default: '' }
  }
})
const total = Number(values.mib) * MIB

if (values.listen !== undefined) {
  process.stdout.write(`${await stackOf(values.listen).listen(serve)}\n`)
  process.stdin.resume().on('end', () => { process.exit() })
} else if (values.dial !== undefined) {
  process.stdout.write(`${JSON.stringify(await measure(stackOf(values.dial), values.address))}\n`)
} else {
  await compare(values.stacks.split(','), Number(values.rounds))
}

function stackOf (key: string): Stack {
  const stack = STACKS[key]

  if (stack === undefined) {
    throw new Error(`no stack ${key}: there are ${Object.keys(STACKS).join(', ')}`)
  }

  return stack
}

/** Says how much CPU time it took when everything has come in. */
function serve (wire: Wire): void {
  let received = 0
  let before = process.cpuUsage()

  wire.onBytes(({ byteLength }) => {
    before = received === 0 ? process.cpuUsage() : before
    received += byteLength

    if (received === total) {
      wire.send(new TextEncoder().encode(String(cpuTime(before))))
    }
  })
}

/** Seconds. */
function cpuTime (before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before)

  return (user + system) / 1e6
}

async function measure (stack: Stack, address: string): Promise<Measured> {
  // the first transfer is the warm-up
  await upload(stack, address)
  const transfer = await upload(stack, address)
  await connectAndClose(stack, address)

  return { ...transfer, connect: await connectAndClose(stack, address) }
}

async function upload (stack: Stack, address: string): Promise<Pick<Measured, 'upload' | 'cpu'>> {
  const wire = await stack.dial(address)
  const done = new Promise<Uint8Array>(resolve => { wire.onBytes(resolve) })
  const started = performance.now()
  const before = process.cpuUsage()

  for (let sent = 0; sent < total; sent += CHUNK) {
    if (!wire.send(BYTES)) {
      await wire.drain()
    }
  }

  const farCpuTime = Number(new TextDecoder().decode(await done))
  const seconds = (performance.now() - started) / 1000
  const cpu = cpuTime(before) + farCpuTime
  await wire.close()

  return { upload: total / MIB / seconds, cpu: cpu / (total / MIB / 1024) }
}

async function connectAndClose (stack: Stack, address: string): Promise<number> {
  const connect = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) {
      const wire = await stack.dial(address)
      await wire.close()
    }
  }
  const count = Number(values.connections)
  await connect(WARM_UP * count)
  const started = performance.now()
  await connect(count)

  return (performance.now() - started) / count
}

async function compare (keys: string[], rounds: number): Promise<void> {
  const results = new Map<string, Measured[]>(keys.map(key => [key, []]))

  for (let round = 0; round < rounds; round++) {
    for (const index of keys.keys()) {
      const key = keys[(index + round) % keys.length] ?? ''
      results.get(key)?.push(await runPair(key))
      process.stderr.write('.')
    }
  }

  process.stderr.write('\n')
  print(results)
}

async function runPair (key: string): Promise<Measured> {
  const listener = start('listen', key)
  const address = await listener.line
  const dialer = start('dial', key, ['--address', address])
  const measured: Measured = JSON.parse(await dialer.line)
  listener.child.stdin.end()
  await Promise.all([listener.exited, dialer.exited])

  return measured
}

interface Started {
  child: ChildProcessByStdio<Writable, Readable, null>

  /** The first that it says. */
  line: Promise<string>
  exited: Promise<unknown>
}

function start (role: 'listen' | 'dial', key: string, args: string[] = []): Started {
  const profile = values.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${values.profile}`, `--cpu-prof-name=${key}-${role}.cpuprofile`]
  const sizes = ['--mib', values.mib, '--connections', values.connections]
  const child = spawn(process.execPath, [...profile, import.meta.filename, `--${role}`, key, ...sizes, ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
  const line = createInterface(child.stdout)[Symbol.asyncIterator]().next().then(({ value }) => value ?? '')

  return { child, line, exited: once(child, 'exit') }
}

function print (results: Map<string, Measured[]>): void {
  const columns = ['upload, MiB/s', '× TCP', '× js', 'CPU s/GiB', '× TCP', '× js', 'connect + close, ms', '× js']
  process.stdout.write(`| | ${columns.join(' | ')} |\n|---|${'---|'.repeat(columns.length)}\n`)

  for (const [key, measured] of results) {
    const cells = [
      median(measured.map(({ upload }) => upload)).toFixed(0),
      ratio(results, key, 'tcp', 'upload'),
      ratio(results, key, 'js', 'upload'),
      median(measured.map(({ cpu }) => cpu)).toFixed(2),
      ratio(results, key, 'tcp', 'cpu'),
      ratio(results, key, 'js', 'cpu'),
      median(measured.map(({ connect }) => connect)).toFixed(2),
      ratio(results, key, 'js', 'connect')
    ]
    process.stdout.write(`| ${stackOf(key).name} | ${cells.join(' | ')} |\n`)
  }
}

function ratio (results: Map<string, Measured[]>, key: string, against: string, metric: keyof Measured): string {
  const theirs = results.get(against)

  return theirs === undefined
    ? ''
    : median((results.get(key) ?? []).map((measured, round) => measured[metric] / (theirs[round]?.[metric] ?? NaN))).toFixed(2)
}

function median (numbers: number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? NaN
}

async function connectTcp (port: number): Promise<net.Socket> {
  const socket = net.connect({ port, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')

  return socket
}

async function listenTcp (onWire: (wire: Wire) => void): Promise<string> {
  const server = net.createServer({ noDelay: true }, socket => { onWire(tcpWire(socket)) })
  await once(server.listen(0, '127.0.0.1'), 'listening')

  return String((server.address() as net.AddressInfo).port)
}

function tcpWire (socket: net.Socket): Wire {
  return {
    send: chunk => socket.write(chunk),
    drain: async () => { await once(socket, 'drain') },
    onBytes: listener => { socket.on('data', listener) },
    close: async () => {
      socket.resume().end()
      await once(socket, 'close')
    }
  }
}

async function listenWs (onWire: (wire: Wire) => void): Promise<string> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false })
  server.on('connection', webSocket => { onWire(wsWire(webSocket)) })
  await once(server, 'listening')

  return String((server.address() as net.AddressInfo).port)
}

async function dialWs (address: string): Promise<Wire> {
  const webSocket = new WebSocket(`ws://127.0.0.1:${address}`, { perMessageDeflate: false })
  await once(webSocket, 'open')

  return wsWire(webSocket)
}

function wsWire (webSocket: WebSocket): Wire {
  let sent = (): void => {}

  return {
    send (chunk) {
      webSocket.send(chunk, () => { webSocket.bufferedAmount < MIB && sent() })

      return webSocket.bufferedAmount < MIB
    },
    drain: async () => new Promise(resolve => { sent = resolve }),
    onBytes: listener => { webSocket.on('message', listener) },
    close: async () => {
      webSocket.close()
      await once(webSocket, 'close')
    }
  }
}

/** A transport of libp2p; what would upgrade its connections hands them over. */
function libp2pStack (name: string, create: (components: any) => Transport, toWire: (maConn: MultiaddrConnection) => Wire): Stack {
  const log = Object.assign(() => {}, { error () {}, trace () {}, enabled: false, newScope: () => log })
  const transport = create({ logger: { forComponent: () => log }, events: new EventTarget() })

  return {
    name,
    async listen (onWire) {
      const upgrader: any = { upgradeInbound: async (maConn: MultiaddrConnection) => { onWire(toWire(maConn)) }, createInboundAbortSignal: () => AbortSignal.timeout(10_000) }
      const listener = transport.createListener({ upgrader })
      await listener.listen(multiaddr('/ip4/127.0.0.1/tcp/0/ws'))

      return String(listener.getAddrs()[0])
    },
    async dial (address) {
      const upgrader: any = { upgradeOutbound: async (maConn: MultiaddrConnection) => maConn }
      const maConn: unknown = await transport.dial(multiaddr(address), { upgrader, signal: AbortSignal.timeout(10_000) })

      return toWire(maConn as MultiaddrConnection)
    }
  }
}

function streamWire (maConn: MultiaddrConnection): Wire {
  return {
    send: chunk => maConn.send(chunk),
    drain: async () => new Promise(resolve => { maConn.addEventListener('drain', () => { resolve() }, { once: true }) }),
    onBytes: listener => { maConn.addEventListener('message', ({ data }) => { listener(data.subarray()) }) },
    close: async () => maConn.close()
  }
}

function channelWire (maConn: MultiaddrConnection): Wire {
  const channel = channelOf(maConn)
  let onBytes = (_bytes: Uint8Array): void => {}
  let onDrain = (): void => {}
  channel.handler = {
    onData: piece => {
      onBytes(piece)

      // as noise does: it may be freed
      return true
    },
    onDrain: () => { onDrain() },
    onEnd () {},
    onClose () {}
  }
  channel.resume()

  return {
    // new memory each time, as an encrypter's is: the channel frees it
    send: chunk => channel.write([chunk === BYTES ? Buffer.allocUnsafeSlow(CHUNK) : chunk]),
    drain: async () => new Promise(resolve => { onDrain = resolve }),
    onBytes: listener => { onBytes = listener },
    close: async () => maConn.close()
  }
}
