import { releaseMessage } from '@libp2p-ws/core'
import { CHUNK_LENGTH } from '../contract.ts'
import type { Stream } from '@libp2p/interface'

/** Chunks are all the same memory: no stream may change what it is given. */
const CHUNK = new Uint8Array(CHUNK_LENGTH)

/**
 * Sends `count` bytes, at the pace of the stream.
 *
 * @throws {Error} when the stream ends before
 */
export async function sendBytes (stream: Stream, count: number): Promise<void> {
  const sent = Promise.withResolvers<void>()
  let left = count

  const sendMore = (): void => {
    try {
      while (left > 0) {
        const chunk = left < CHUNK_LENGTH ? CHUNK.subarray(0, left) : CHUNK
        left -= chunk.byteLength

        if (!stream.send(chunk)) {
          break
        }
      }
    } catch (err) {
      sent.reject(err)
    }

    left === 0 && sent.resolve()
  }
  const onClose = (event: { error?: Error }): void => {
    sent.reject(event.error ?? new Error(`the stream closed ${left} bytes before the end`))
  }

  // Events and not onDrain(): that of js-libp2p resolves at once from the second time on.
  stream.addEventListener('drain', sendMore)
  stream.addEventListener('close', onClose)
  sendMore()

  try {
    await sent.promise
  } finally {
    stream.removeEventListener('drain', sendMore)
    stream.removeEventListener('close', onClose)
  }
}

type Bytes = Stream extends AsyncIterable<infer Chunk> ? Chunk : never

export interface ByteCounterInit {
  onBytes?(bytes: Bytes): void

  /** Leaves memory to the garbage collector; otherwise a stream of ours gets it back, as go-libp2p's `Read` does. */
  keep?: boolean
}

interface Waiter {
  count: number
  reached: PromiseWithResolvers<void>
}

/** Counts what comes in on a stream, from when it is made. */
export class ByteCounter {
  total: number = 0
  private waiter?: Waiter
  private error?: Error

  constructor (stream: Stream, { onBytes, keep = false }: ByteCounterInit = {}) {
    stream.addEventListener('message', (event) => {
      const { data } = event
      onBytes?.(data)
      this.total += data.byteLength
      keep || releaseMessage(event)

      if (this.waiter != null && this.total >= this.waiter.count) {
        this.waiter.reached.resolve()
      }
    })
    stream.addEventListener('close', ({ error }) => {
      this.error = error ?? new Error(`the stream closed after ${this.total} bytes`)
      this.waiter?.reached.reject(this.error)
    })
  }

  /**
   * Resolves when `count` bytes have come in. One at a time may wait.
   *
   * @throws {Error} when the stream closes before
   */
  async reach (count: number): Promise<void> {
    if (this.total >= count) {
      return
    }

    if (this.error != null) {
      throw this.error
    }

    this.waiter = { count, reached: Promise.withResolvers() }
    await this.waiter.reached.promise
  }
}
