import type { WebSocketChannel } from './channel.ts'
import type { WebSocketMetrics } from './metrics.ts'
import type { WebSocketsComponents } from './options.ts'
import type { OnPhase } from './progress.ts'
import type { WebSocketTarget } from './target.ts'
import type { CreateListenerOptions, Listener } from '@libp2p/interface'

export interface OpenOptions {
  /** Ends the attempt at once; no socket is left. */
  signal: AbortSignal
  onPhase: OnPhase
}

/** What differs between Node and a browser. Both entry points bring their own. */
export interface Platform {
  /**
   * Opens one WebSocket.
   *
   * @throws {WebSocketConnectError} with the phase that failed, or the reason of `signal`
   */
  open(target: WebSocketTarget, options: OpenOptions): Promise<WebSocketChannel>

  createListener(components: WebSocketsComponents, options: CreateListenerOptions, metrics: WebSocketMetrics | undefined): Listener
}
