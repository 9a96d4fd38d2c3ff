import { DialerNegotiation } from './sans-io/dialer.ts'
import { ListenerNegotiation } from './sans-io/listener.ts'
import { settle } from './settle.ts'
import type { ByteChannel } from '@libp2p-ws/core'

/**
 * Settles as dialer which of `protocols` is spoken on `channel`. The channel is
 * the next reader's then, paused.
 *
 * @param channel - nobody else's
 * @param protocols - in order of preference, at least one
 * @throws {UnsupportedProtocolError} when the far end speaks none of them
 * @throws {MultistreamError} when it does not keep to multistream-select
 * @throws {Error} what the channel closed with
 */
export async function selectOnChannel (channel: ByteChannel, protocols: readonly string[]): Promise<string> {
  return settle(channel, new DialerNegotiation(protocols))
}

/**
 * Settles as listener which protocol is spoken on `channel`. The channel is the
 * next reader's then, paused.
 *
 * @throws {MultistreamError} when the far end does not keep to multistream-select
 * @throws {Error} what the channel closed with
 */
export async function handleOnChannel (channel: ByteChannel, supports: (protocol: string) => boolean): Promise<string> {
  return settle(channel, new ListenerNegotiation(supports))
}

export interface Proposal {
  /** Goes out first, and the protocol's own first message may follow at once. */
  preamble: Uint8Array

  /**
   * Reads the answer. The channel is the next reader's then, paused.
   *
   * @throws {UnsupportedProtocolError} when the far end does not speak it
   * @throws {MultistreamError} when it does not keep to multistream-select
   */
  answer(): Promise<void>
}

/** Proposes the only protocol that there is: one round trip less. */
export function proposeOnChannel (channel: ByteChannel, protocol: string): Proposal {
  const negotiation = new DialerNegotiation([protocol])
  const preamble = negotiation.pollTransmit() ?? new Uint8Array()

  return {
    preamble,
    async answer () {
      await settle(channel, negotiation)
    }
  }
}
