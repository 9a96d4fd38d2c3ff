import { defaultLogger } from '@libp2p/logger'
import { ReadSide } from '@libp2p-ws/byte-channel'
import { yamux } from '../src/index.ts'
import type { YamuxMuxer, YamuxMuxerInit } from '../src/index.ts'
import type { ByteChannel, ByteChannelHandler, MemoryReserver } from '@libp2p-ws/core'

const HIGH_WATER_BYTES = 64 * 1024

export interface PairOptions {
  /** Overwrites what it was given to write, as a WebSocket client that masks does. */
  takesOwnership?: boolean
}

/** One end of a connection in memory. What is written waits until it is delivered. */
export class MemoryChannel implements ByteChannel {
  readonly takesOwnership: boolean
  far: MemoryChannel | undefined
  writes = 0

  /** Of each delivery to this end, whether its memory was the channel's again; then it is overwritten. */
  readonly freed: boolean[] = []
  aborted: { error: Error, code: number | undefined } | undefined
  readonly #read = new ReadSide()
  #wire = new Uint8Array()

  constructor ({ takesOwnership = false }: PairOptions) {
    this.takesOwnership = takesOwnership
  }

  get handler (): ByteChannelHandler {
    return this.#read.handler
  }

  set handler (handler: ByteChannelHandler) {
    this.#read.handler = handler
  }

  write (pieces: readonly Uint8Array[]): boolean {
    this.writes++
    this.#wire = Buffer.concat([this.#wire, ...pieces])
    this.takesOwnership && pieces.forEach(piece => piece.fill(0xdd))

    return this.#wire.byteLength < HIGH_WATER_BYTES
  }

  /** Brings the far end what was written, at most `most` bytes; returns how many. */
  deliver (most: number = Infinity): number {
    const wire = this.#wire
    const bytes = wire.slice(0, most)
    this.#wire = wire.slice(bytes.byteLength)
    this.far?.take(bytes)

    if (wire.byteLength >= HIGH_WATER_BYTES && this.#wire.byteLength < HIGH_WATER_BYTES) {
      this.#read.drain()
    }

    return bytes.byteLength
  }

  take (bytes: Uint8Array): void {
    const free = this.#read.deliver(bytes)
    this.freed.push(free)
    free && bytes.fill(0xdd)
  }

  pause (): void { this.#read.pause() }
  resume (): void { this.#read.resume() }
  unread (piece: Uint8Array): void { this.#read.unread(piece) }

  close (): void {
    this.deliver()
    this.far?.end()
    this.#read.close()
  }

  end (): void { this.#read.end() }

  abort (error: Error, code?: number): void {
    this.aborted = { error, code }
    this.#read.close(error, code)
    this.far?.fail(error)
  }

  fail (error: Error): void { this.#read.close(error) }
}

export interface MuxerPair {
  muxers: [YamuxMuxer, YamuxMuxer]
  channels: [MemoryChannel, MemoryChannel]

  /** Delivers until there is nothing to deliver, and every turn of the loop is over. */
  settle(): Promise<void>
}

/** Two muxers of ours on one connection in memory. The first is the dialer's. */
export function muxerPair ({ memory, ...init }: YamuxMuxerInit & { memory?: MemoryReserver } = {}, options: PairOptions = {}): MuxerPair {
  const channels: MuxerPair['channels'] = [new MemoryChannel(options), new MemoryChannel(options)]
  channels[0].far = channels[1]
  channels[1].far = channels[0]
  const factory = yamux({ keepAliveInterval: 0, ...init })()
  const log = defaultLogger().forComponent('test')
  const muxers = (['outbound', 'inbound'] as const).map((direction, i) => factory.createChannelMuxer(channels[i] as MemoryChannel, { direction, log, memory })) as MuxerPair['muxers']

  return {
    channels,
    muxers,
    async settle () {
      for (let idle = 0; idle < 3;) {
        await turn()
        idle = channels[0].deliver() + channels[1].deliver() === 0 ? idle + 1 : 0
      }
    }
  }
}

/** A turn of the event loop. */
export async function turn (): Promise<void> {
  await new Promise(resolve => { setImmediate(resolve) })
}
