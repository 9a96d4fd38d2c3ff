import { UnsupportedProtocolError } from '@libp2p/interface'
import { MultistreamError } from './sans-io/errors.ts'
import type { Negotiation } from './sans-io/negotiation.ts'
import type { ByteChannel } from '@libp2p-ws/core'

/** Runs `negotiation` on `channel`, and leaves the channel paused with what came behind it. */
export async function settle (channel: ByteChannel, negotiation: Negotiation): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => {
      channel.pause()
      reject(toSettleError(error))
    }

    channel.handler = {
      onData: piece => {
        try {
          const rest = negotiation.handleData(piece)
          transmit(channel, negotiation)

          if (rest !== undefined && negotiation.protocol !== undefined) {
            channel.pause()
            channel.unread(rest)
            resolve(negotiation.protocol)
          }
        } catch (err) {
          // the answers to what came before
          transmit(channel, negotiation)
          fail(err)
        }
      },
      // what is sent is bounded by what may be proposed
      onDrain () {},
      onEnd: () => { fail(endedEarly()) },
      onClose: error => { fail(error ?? endedEarly()) }
    }

    transmit(channel, negotiation)
    channel.resume()
  })
}

/** js-libp2p's error for a far end that speaks none of the protocols, with ours as its cause. */
export function toSettleError (error: unknown): Error {
  if (!(error instanceof Error)) {
    return new Error(String(error))
  }

  return error instanceof MultistreamError && error.code === 'ERR_MULTISTREAM_REFUSED'
    ? Object.assign(new UnsupportedProtocolError(error.message), { cause: error })
    : error
}

export function endedEarly (): Error {
  return new MultistreamError('ERR_MULTISTREAM_ENDED', 'the far end closed before a protocol was settled')
}

function transmit (channel: ByteChannel, negotiation: Negotiation): void {
  for (let bytes = negotiation.pollTransmit(); bytes !== undefined; bytes = negotiation.pollTransmit()) {
    channel.write([bytes])
  }
}
