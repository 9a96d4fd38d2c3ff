import { createInboundAbortSignal } from './inbound-abort-signal.ts'
import { createTestConnection } from './test-connection.ts'
import type { TestConnection } from './test-connection.ts'
import type { ClearableSignal, ConnectionEncrypter, MultiaddrConnection, PeerId, StreamMuxerFactory, Upgrader, UpgraderOptions } from '@libp2p/interface'

export interface PassThroughUpgraderInit {
  /** Who every far end is taken for, since nobody asks. */
  remotePeer: PeerId

  /** The upgrade, as it were: what this promise does, the upgrade does. */
  onConnection?(connection: MultiaddrConnection, options: UpgraderOptions): void | Promise<void>
}

/** An upgrader that adds nothing, so that a test has the transport's bytes in its hands. */
export class PassThroughUpgrader implements Upgrader {
  readonly #init: PassThroughUpgraderInit

  constructor (init: PassThroughUpgraderInit) {
    this.#init = init
  }

  async upgradeOutbound (maConn: MultiaddrConnection, options: UpgraderOptions): Promise<TestConnection> {
    await this.#init.onConnection?.(maConn, options)

    return createTestConnection({ transportConnection: maConn, remotePeer: this.#init.remotePeer })
  }

  async upgradeInbound (maConn: MultiaddrConnection, options: UpgraderOptions): Promise<void> {
    await this.#init.onConnection?.(maConn, options)
  }

  createInboundAbortSignal (signal: AbortSignal): ClearableSignal {
    return createInboundAbortSignal(signal)
  }

  getStreamMuxers (): Map<string, StreamMuxerFactory> {
    return new Map()
  }

  getConnectionEncrypters (): Map<string, ConnectionEncrypter> {
    return new Map()
  }
}
