import { MessageStreamChannel } from '@libp2p-ws/byte-channel'
import { DialerNegotiation } from './sans-io/dialer.ts'
import { ListenerNegotiation } from './sans-io/listener.ts'
import { endedEarly, settle, toSettleError } from './settle.ts'
import type { Negotiation } from './sans-io/negotiation.ts'
import type { Stream } from '@libp2p/interface'
import type { NegotiableStream } from '@libp2p-ws/core'

/**
 * Settles as dialer which of `protocols` is spoken on `stream`. What comes behind
 * waits for the stream's reader.
 *
 * @param stream - nobody else's
 * @param protocols - in order of preference, at least one
 * @throws {UnsupportedProtocolError} when the far end speaks none of them
 * @throws {MultistreamError} when it does not keep to multistream-select
 * @throws {Error} what the stream ended with
 */
export async function selectOnStream (stream: Stream, protocols: readonly string[]): Promise<string> {
  return settleOnStream(stream, new DialerNegotiation(protocols))
}

/**
 * Settles as listener which protocol is spoken on `stream`. What comes behind
 * waits for the stream's reader.
 *
 * @throws {MultistreamError} when the far end does not keep to multistream-select
 * @throws {Error} what the stream ended with
 */
export async function handleOnStream (stream: Stream, supports: (protocol: string) => boolean): Promise<string> {
  return settleOnStream(stream, new ListenerNegotiation(supports))
}

/**
 * Takes it that the far end speaks `protocol`: the proposal goes out with the
 * first data, and the stream is usable at once. Where the answer is another one,
 * the stream is aborted with it.
 *
 * @param stream - on which nothing was sent
 * @param protocol - that nobody has refused
 * @param onSettled - called once: when the answer came, or with what ended the stream before
 */
export function selectLazily (stream: NegotiableStream, protocol: string, onSettled: (error?: Error) => void): void {
  const negotiation = new DialerNegotiation([protocol])
  const fail = (cause: unknown): void => {
    const error = toSettleError(cause)
    onSettled(error)
    stream.abort(error)
  }

  stream.sendHead(negotiation.pollTransmit() ?? new Uint8Array())
  stream.readHead({
    onData: piece => {
      try {
        const rest = negotiation.handleData(piece)
        rest !== undefined && onSettled()

        return rest
      } catch (err) {
        fail(err)

        return new Uint8Array()
      }
    },
    onEnd: error => { fail(error ?? endedEarly()) }
  })
}

export function isNegotiable (stream: Stream): stream is NegotiableStream {
  return 'readHead' in stream
}

async function settleOnStream (stream: Stream, negotiation: Negotiation): Promise<string> {
  if (isNegotiable(stream)) {
    return settleHead(stream, negotiation)
  }

  const channel = new MessageStreamChannel(stream)
  const protocol = await settle(channel, negotiation)
  channel.release()

  return protocol
}

async function settleHead (stream: NegotiableStream, negotiation: Negotiation): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): Uint8Array => {
      reject(toSettleError(error))

      return new Uint8Array()
    }

    const answer = answerer(stream, negotiation)
    answer()
    stream.readHead({
      onData: piece => {
        try {
          const rest = negotiation.handleData(piece)
          answer()
          negotiation.protocol !== undefined && resolve(negotiation.protocol)

          return rest
        } catch (err) {
          // the answers to what came before
          answer()

          return fail(err)
        }
      },
      onEnd: error => { fail(error ?? endedEarly()) }
    })
  })
}

/** Sends what `negotiation` has to say: with the first data of the protocol where it has said nothing before. */
function answerer (stream: NegotiableStream, negotiation: Negotiation): () => void {
  let silent = true

  return () => {
    if (silent && negotiation.protocol !== undefined) {
      const bytes = negotiation.pollTransmit()
      bytes !== undefined && stream.sendHead(bytes)
    }

    for (let bytes = negotiation.pollTransmit(); bytes !== undefined; bytes = negotiation.pollTransmit()) {
      silent = false
      stream.send(bytes)
    }
  }
}
