import type { Stream } from '@libp2p/interface'

/**
 * A transfer: 4 bytes of seed, then bytes that follow from seed and place. The
 * receiver looks at each of them and says now and then, in 4 bytes, how many were
 * right; once more at the end.
 */
export const TRANSFER = '/soak/transfer'

/** As a transfer, but the receiver resets the stream in the middle. */
export const BROKEN_TRANSFER = '/soak/broken-transfer'

const ACKNOWLEDGE_EVERY = 65_536

/** A byte that differs from its neighbours, and from those at the same place of other transfers. */
function byteAt (seed: number, place: number): number {
  return Math.imul(seed ^ place, 0x9e37_79b1) >>> 24
}

export function transferBytes (seed: number, from: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => byteAt(seed, from + i))
}

export function encode (value: number): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, value)

  return bytes
}

/**
 * Acknowledges what comes in.
 *
 * @param stream - of a transfer
 * @param most - stops after so many bytes
 * @throws {Error} with `violation` true for a byte in the wrong place
 */
export async function receive (stream: Stream, most: number = Infinity): Promise<void> {
  const head: number[] = []
  let seed: number | undefined
  let count = 0
  let acknowledged = 0

  for await (const chunk of stream) {
    for (const byte of chunk.subarray()) {
      if (seed == null) {
        head.push(byte)
        seed = head.length === 4 ? new DataView(Uint8Array.from(head).buffer).getUint32(0) : undefined
      } else if (byte !== byteAt(seed, count++)) {
        throw Object.assign(new Error(`byte ${count - 1} of transfer ${seed} is another one`), { violation: true })
      }
    }

    if (count >= most) {
      return
    }

    if (count - acknowledged >= ACKNOWLEDGE_EVERY) {
      acknowledged = count
      stream.send(encode(count))
    }
  }

  stream.send(encode(count))
}

/** Counts acknowledgements as they come in: 4 bytes each, however they are cut. */
export class Acknowledgements {
  readonly #bytes: number[] = []
  #last = 0

  get last (): number {
    return this.#last
  }

  /** Returns what is wrong with them. */
  take (chunk: Uint8Array, sent: number): string | undefined {
    this.#bytes.push(...chunk)

    while (this.#bytes.length >= 4) {
      const next = new DataView(Uint8Array.from(this.#bytes.splice(0, 4)).buffer).getUint32(0)

      if (next < this.#last || next > sent) {
        return `${next} bytes acknowledged after ${this.#last}, ${sent} were sent`
      }

      this.#last = next
    }
  }
}
