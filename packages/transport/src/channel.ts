import type { ByteChannel, ByteChannelHandler } from '@libp2p-ws/core'
import type { Multiaddr } from '@multiformats/multiaddr'

/**
 * One open WebSocket. What is below, `ws` on Node or the runtime's own client in
 * a browser, is known only to the class that implements this.
 */
export interface WebSocketChannel extends ByteChannel {
  /** Why the far end closed, as it said. Empty until `onClose`, and when it said nothing. */
  readonly closeReason: string

  /** This end of the socket. Absent in a browser, and when it is closed. */
  readonly localAddr?: Multiaddr | undefined

  /** Hears of the close after the handler, whoever reads by then. */
  onClosed: ByteChannelHandler['onClose'] | undefined

  /** @param onSent - called when the system has taken all that was written, the close frame last. Not where that cannot be known */
  close(onSent?: () => void): void
}

/**
 * The most that goes into one message, in bytes. A receiver hands a message up
 * whole, and the noise decoder of js-libp2p refuses more than 16 MiB at once;
 * 256 KiB stays clear of that and costs no throughput (docs/baselines).
 */
export const MAX_MESSAGE_BYTES: number = 256 * 1024
