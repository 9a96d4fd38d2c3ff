import { connect } from 'node:net'
import { OPEN } from './victim.ts'
import type { Swarm } from '../../src/index.ts'
import type { Socket } from 'node:net'

/** What a well-behaved peer says, up to each stage of an upgrade. */
const MULTISTREAM = line('/multistream/1.0.0')
const HTTP = Buffer.from('GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n')

/** A curve point has no wrong form. */
const NOISE_MESSAGE_1 = Buffer.concat([Buffer.from([0, 32]), Buffer.alloc(32, 9)])
const TO_MUXER = Buffer.concat([MULTISTREAM, line(OPEN)])
const TO_STREAMS = Buffer.concat([TO_MUXER, MULTISTREAM, line('/yamux/1.0.0')])

export interface Stage {
  name: string
  transport: 'tcp' | 'ws'

  /** Everything that comes before the stage, correct. */
  before: Buffer

  /** The first bytes of the stage, correct. */
  begins: Buffer
}

/** In the order in which an inbound connection goes through them. */
export const STAGES: Stage[] = [
  { name: 'multistream', transport: 'tcp', before: Buffer.alloc(0), begins: MULTISTREAM },
  { name: 'the choice of a security protocol', transport: 'tcp', before: MULTISTREAM, begins: line('/noise') },
  { name: 'the first message of noise', transport: 'tcp', before: Buffer.concat([MULTISTREAM, line('/noise')]), begins: NOISE_MESSAGE_1 },
  { name: 'the last message of noise', transport: 'tcp', before: Buffer.concat([MULTISTREAM, line('/noise'), NOISE_MESSAGE_1]), begins: Buffer.from([0, 64, 1, 2, 3]) },
  { name: 'the choice of a muxer', transport: 'tcp', before: TO_MUXER, begins: Buffer.concat([MULTISTREAM, line('/yamux/1.0.0')]) },
  { name: 'yamux', transport: 'tcp', before: TO_STREAMS, begins: yamuxFrame({ type: 2, flags: 1, length: 7 }) },
  { name: 'the choice of a stream\'s protocol', transport: 'tcp', before: TO_STREAMS, begins: yamuxFrame({ flags: 1, streamId: 1, payload: MULTISTREAM }) },
  { name: 'the request of a WebSocket', transport: 'ws', before: Buffer.alloc(0), begins: HTTP },
  { name: 'WebSocket frames', transport: 'ws', before: HTTP, begins: webSocketFrame(MULTISTREAM) },
  { name: 'multistream over WebSocket', transport: 'ws', before: Buffer.concat([HTTP, webSocketFrame(MULTISTREAM)]), begins: webSocketFrame(line('/noise')) }
]

/** A line of multistream-select: its length as a varint, and a newline. */
export function line (text: string): Buffer {
  return Buffer.from(`${String.fromCharCode(text.length + 1)}${text}\n`)
}

/** The `parts` that are not given are those of a data frame. */
export function yamuxFrame ({ type = 0, flags = 0, streamId = 0, payload = Buffer.alloc(0), length = payload.byteLength }: { type?: number, flags?: number, streamId?: number, payload?: Buffer, length?: number }): Buffer {
  const header = Buffer.alloc(12)
  header.writeUInt8(type, 1)
  header.writeUInt16BE(flags, 2)
  header.writeUInt32BE(streamId, 4)
  header.writeUInt32BE(length, 8)

  return Buffer.concat([header, payload])
}

/** A masked binary frame, whose mask changes nothing. */
export function webSocketFrame (payload: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0x82, 0x80 | payload.byteLength, 0, 0, 0, 0]), payload])
}

/** A socket to one of the listeners of `victim`; errors of it are what the attacker asked for. */
export function connectTo (victim: Swarm, transport: Stage['transport']): Socket {
  const address = victim.listenAddresses().find(address => address.toString().endsWith('/ws') === (transport === 'ws'))
  const port = Number(address?.getComponents()[1]?.value)

  return connect(port, '127.0.0.1').on('error', () => {}).resume()
}

/** `once` would reject on the ECONNRESET that comes before. */
export async function closeOf (socket: Socket): Promise<void> {
  return socket.closed ? undefined : new Promise(resolve => { socket.once('close', () => { resolve() }) })
}
