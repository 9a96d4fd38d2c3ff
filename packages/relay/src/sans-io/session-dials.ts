import { isPeerAddressText, parsePeerAddress } from './peer-address.ts'
import type { ConnectMessage } from './messages.ts'
import type { OutputQueue } from './output-queue.ts'
import type { PeerAddress } from './peer-address.ts'

/** What one browser's Connects wait for. */
export class SessionDials {
  readonly #outputs: OutputQueue
  readonly #dials = new Map<number, ConnectMessage>()
  #next = 0

  constructor (outputs: OutputQueue) {
    this.#outputs = outputs
  }

  get size (): number {
    return this.#dials.size
  }

  start (message: ConnectMessage): void {
    const { peer: peerText, protocol, relay, connectOnly } = message
    let peer: PeerAddress = { peerId: peerText, addresses: [] }

    if (isPeerAddressText(peerText)) {
      try {
        peer = parsePeerAddress(peerText)
      } catch (err) {
        this.refuse(message, peerText, `Could not decode addrs: ${(err as Error).message}\n`)
        return
      }
    }

    const dial = this.#next++
    this.#dials.set(dial, message)
    this.#outputs.push({ type: 'dial', dial, peer, peerText, protocol, relay, connectOnly })
  }

  /** The dial is over; nothing when nobody waits for it any more. */
  take (dial: number): ConnectMessage | undefined {
    const message = this.#dials.get(dial)
    this.#dials.delete(dial)

    return message
  }

  refuse ({ protocol }: ConnectMessage, peer: string, error: string): void {
    this.#outputs.send({ type: 'peer-connection-refused', peer, protocol, error })
  }

  clear (): void {
    this.#dials.clear()
  }
}
