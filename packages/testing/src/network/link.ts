import { InvalidValueError } from '@libp2p-ws/core'

/** Bytes of payload in one Ethernet-sized TCP segment (RFC 9293, section 3.7.1: 1500 less headers). */
const SEGMENT_SIZE = 1_460

/** Linux, TCP_RTO_MIN, ms. */
const MIN_RETRANSMISSION_TIMEOUT = 200

/** Linux, TCP_RTO_MAX, ms. */
const MAX_RETRANSMISSION_TIMEOUT = 120_000

/** How long TCP waits for an answer before it sends a segment again, ms. `retries` counts from 0. */
export function retransmissionTimeout (retries: number): number {
  return Math.min(MIN_RETRANSMISSION_TIMEOUT * 2 ** retries, MAX_RETRANSMISSION_TIMEOUT)
}

export interface LinkOptions {
  /** One-way delay, ms. Default 1. */
  latency?: number

  /** Bytes per second, shared by all connections in one direction of the link. Default Infinity. */
  bandwidth?: number

  /** The share of packets that get lost, 0 up to but not including 1. Default 0. */
  loss?: number
}

/** One direction between two hosts. */
export class Link {
  readonly #random: () => number
  #options: Required<LinkOptions>
  #freeAt = 0

  /** How many partitions run through this link: it carries nothing while there is one. */
  partitions = 0

  constructor (options: LinkOptions, random: () => number) {
    this.#options = withDefaults(options)
    this.#random = random
  }

  get latency (): number {
    return this.#options.latency
  }

  /** For what is sent from now on. */
  configure (options: LinkOptions): void {
    this.#options = withDefaults(options)
  }

  /** When one small packet sent at `now` is there; undefined when it is lost. */
  packetArrival (now: number): number | undefined {
    if (this.partitions > 0 || this.#isLost()) {
      return undefined
    }

    return Math.max(now, this.#freeAt) + this.latency
  }

  /**
   * When the last of `bytes` sent at `now` is there, as TCP would bring it: a
   * lost segment is sent again one round trip later, one that is lost again
   * after the retransmission timeout, which doubles. Segments of one call are
   * recovered side by side (RFC 2018).
   */
  dataArrival (now: number, bytes: number): number {
    this.#freeAt = Math.max(now, this.#freeAt) + bytes / this.#options.bandwidth * 1_000

    return this.#freeAt + this.latency + this.#recovery(bytes)
  }

  #recovery (bytes: number): number {
    if (this.#options.loss === 0) {
      return 0
    }

    let longest = 0

    for (let segments = Math.max(1, Math.ceil(bytes / SEGMENT_SIZE)); segments > 0; segments--) {
      let delay = 0

      for (let losses = 0; this.#isLost(); losses++) {
        delay += losses === 0 ? 2 * this.latency : retransmissionTimeout(losses - 1)
      }

      longest = Math.max(longest, delay)
    }

    return longest
  }

  #isLost (): boolean {
    return this.#options.loss > 0 && this.#random() < this.#options.loss
  }
}

function withDefaults ({ latency = 1, bandwidth = Infinity, loss = 0 }: LinkOptions): Required<LinkOptions> {
  checkRange('latency', latency, latency >= 0 && latency < Infinity)
  checkRange('bandwidth', bandwidth, bandwidth > 0)
  checkRange('loss', loss, loss >= 0 && loss < 1)

  return { latency, bandwidth, loss }
}

function checkRange (parameter: keyof LinkOptions, value: number, valid: boolean): void {
  if (!valid) {
    throw new InvalidValueError(parameter, value, `a link cannot have a ${parameter} of ${value}`)
  }
}
