import { UnsupportedProtocolError } from '@libp2p/interface'
import { lpStream } from '@libp2p/utils'
import type { AbortOptions, MessageStream } from '@libp2p/interface'
import type { LengthPrefixedStream } from '@libp2p/utils'

/** Opening of multistream-select 1.0 (libp2p spec, connections). */
const HEADER = '/multistream/1.0.0'

/** Bytes of a message of multistream-select (js-libp2p's limit). */
const MAX_LENGTH = 1_024

/**
 * Proposes `protocol` as multistream-select's dialer. The proposal is sent before
 * this returns, so that the protocol's own first message can follow it at once.
 *
 * @throws {UnsupportedProtocolError} when the far end answers anything else
 */
export async function proposeEagerly (connection: MessageStream, protocol: string, options: AbortOptions): Promise<void> {
  const messages = lpStream(connection, { maxDataLength: MAX_LENGTH })
  const sent = messages.writeV([line(HEADER), line(protocol)], options)

  try {
    await sent

    for (const expected of [HEADER, protocol]) {
      const answer = await readLine(messages, options)

      if (answer !== expected) {
        throw new UnsupportedProtocolError(`the far end answered ${JSON.stringify(answer)} to ${protocol}`)
      }
    }
  } finally {
    messages.unwrap()
  }
}

function line (text: string): Uint8Array {
  return new TextEncoder().encode(`${text}\n`)
}

async function readLine (messages: LengthPrefixedStream, options: AbortOptions): Promise<string> {
  const text = new TextDecoder().decode((await messages.read(options)).subarray())

  return text.endsWith('\n') ? text.slice(0, -1) : text
}
