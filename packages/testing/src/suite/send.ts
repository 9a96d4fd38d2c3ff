import { within } from './checks.ts'
import type { MessageStream } from '@libp2p/interface'
import type { Uint8ArrayList } from 'uint8arraylist'

/** Sends all of `pieces`, and waits whenever it is told to. */
export async function sendAll (stream: MessageStream, pieces: Iterable<Uint8Array | Uint8ArrayList>, deadline: number): Promise<void> {
  for (const piece of pieces) {
    if (!stream.send(piece)) {
      await within(deadline, 'a drain event after send() had returned false', stream.onDrain())
    }
  }
}
