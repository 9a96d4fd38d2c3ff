import { AbstractMessageStream } from '@libp2p/utils'
import { FaceReading } from './face-reading.ts'
import { TappedChannel } from './tapped-channel.ts'
import type { AbortOptions, StreamOptions, Logger, MessageStreamDirection } from '@libp2p/interface'
import type { SendResult } from '@libp2p/utils'
import type { ByteChannel, ByteChannelSource } from '@libp2p-ws/core'
import type { Uint8ArrayList } from 'uint8arraylist'

export interface ChannelStreamInit extends StreamOptions {
  log: Logger
  direction: MessageStreamDirection
}

/** js-libp2p's message stream as a face of a channel, for layers that know no channels. */
export class ChannelStream extends AbstractMessageStream implements ByteChannelSource {
  readonly #channel: ByteChannel
  readonly #closed = Promise.withResolvers<void>()
  readonly #reading: FaceReading

  constructor (channel: ByteChannel, init: ChannelStreamInit) {
    super(init)
    this.#channel = channel
    this.#reading = new FaceReading(channel)
    channel.handler = {
      onData: piece => { this.onData(piece) },
      onDrain: () => { this.safeDispatchEvent('drain') },
      onEnd: () => { this.onRemoteCloseWrite() },
      onClose: error => { this.#onClose(error) }
    }
    // nothing is lost: what comes waits for a listener
    channel.resume()
  }

  takeChannel (): ByteChannel {
    if (this.#reading.taken) {
      throw new Error('the channel was taken before')
    }

    this.#reading.giveAway(this.readBuffer)

    return new TappedChannel(this.#channel, error => { this.#onClose(error) })
  }

  /** @throws {Error} when the channel was taken, or the stream is closing or aborted */
  override send (data: Uint8Array | Uint8ArrayList): boolean {
    if (this.#reading.taken) {
      throw new Error('the channel was taken')
    }

    // a muxer of js-libp2p that reads what came before the close answers it, and where
    // that throws, it throws again where nobody catches: dropped, as the channel does
    return this.status === 'closed' || super.send(data)
  }

  override sendData (data: Uint8ArrayList): SendResult {
    const pieces = [...data]

    return {
      sentBytes: data.byteLength,
      // a stream's sender keeps its memory; the slice of a Buffer would be a view of it
      canSendMore: this.#channel.write(this.#channel.takesOwnership ? pieces.map(piece => Uint8Array.from(piece)) : pieces)
    }
  }

  override sendReset (err: Error): void {
    this.#channel.abort(err)
  }

  override sendPause (): void {
    this.#reading.regulate(this)
  }

  override sendResume (): void {
    this.#reading.regulate(this)
  }

  /** @throws {Error} the reason of the signal, or what the channel failed with */
  override async close (options?: AbortOptions): Promise<void> {
    if (this.status !== 'open') {
      return
    }

    options?.signal?.throwIfAborted()
    this.status = 'closing'
    this.writeStatus = 'closing'
    const aborted = Promise.withResolvers<never>()
    const onAbort = (): void => { aborted.reject(options?.signal?.reason) }
    options?.signal?.addEventListener('abort', onAbort, { once: true })
    this.#reading.regulate(this)
    this.#channel.close()

    try {
      await Promise.race([this.#closed.promise, aborted.promise])
    } finally {
      options?.signal?.removeEventListener('abort', onAbort)
    }
  }

  protected override dispatchReadBuffer (): void {
    super.dispatchReadBuffer()
    this.#reading.regulate(this)
  }

  #onClose (error: Error | undefined): void {
    this.#closed.resolve()

    if (error === undefined || this.status === 'closing') {
      this.onTransportClosed()
    } else {
      this.abort(error)
    }
  }
}
