import { peerIdFromPrivateKey, peerIdFromString } from '@libp2p/peer-id'
import { yamux } from '@libp2p/yamux'
import { CODE_P2P } from '@multiformats/multiaddr'
import { IdentityError } from './errors.ts'
import { exchangeIdentity } from './exchange-identity.ts'
import { createInboundAbortSignal } from './inbound-abort-signal.ts'
import { createTestConnection } from './test-connection.ts'
import type { TestConnection } from './test-connection.ts'
import type { ClearableSignal, ConnectionEncrypter, MultiaddrConnection, PeerId, PrivateKey, Stream, StreamMuxerFactory, Upgrader, UpgraderOptions, UpgraderWithoutEncryptionOptions } from '@libp2p/interface'

export interface TestUpgraderInit {
  privateKey: PrivateKey

  /** Told of each connection that came in, once it is upgraded. */
  onInbound?(connection: TestConnection): void

  /** Told of each stream that the far end opened. */
  onStream?(stream: Stream, connection: TestConnection): void
}

type AnyUpgraderOptions = UpgraderOptions | UpgraderWithoutEncryptionOptions

/**
 * The least of an upgrader that opens streams: both ends say who they are, in
 * the clear and without proof, then multiplex with yamux. A transport that
 * brings security or streams of its own (`skipEncryption`, `muxerFactory`) is
 * taken at its word. For tests only.
 */
export class TestUpgrader implements Upgrader {
  readonly #init: TestUpgraderInit
  readonly #muxerFactory: StreamMuxerFactory = yamux({ enableKeepAlive: false, maxInboundStreams: 100_000, maxOutboundStreams: 100_000 })()

  constructor (init: TestUpgraderInit) {
    this.#init = init
  }

  get peerId (): PeerId {
    return peerIdFromPrivateKey(this.#init.privateKey)
  }

  async upgradeOutbound (maConn: MultiaddrConnection, options: AnyUpgraderOptions): Promise<TestConnection> {
    return this.#upgrade(maConn, options)
  }

  async upgradeInbound (maConn: MultiaddrConnection, options: AnyUpgraderOptions): Promise<void> {
    const signal = this.createInboundAbortSignal(options.signal)

    try {
      const connection = await this.#upgrade(maConn, { ...options, signal })
      this.#init.onInbound?.(connection)
    } finally {
      signal.clear()
    }
  }

  createInboundAbortSignal (signal: AbortSignal): ClearableSignal {
    return createInboundAbortSignal(signal)
  }

  getStreamMuxers (): Map<string, StreamMuxerFactory> {
    return new Map([[this.#muxerFactory.protocol, this.#muxerFactory]])
  }

  getConnectionEncrypters (): Map<string, ConnectionEncrypter> {
    return new Map()
  }

  async #upgrade (maConn: MultiaddrConnection, options: AnyUpgraderOptions): Promise<TestConnection> {
    const remotePeer = 'skipEncryption' in options
      ? options.remotePeer
      : await exchangeIdentity(maConn, this.#init.privateKey.publicKey, options.signal)
    checkPeer(maConn, remotePeer)

    const muxer = (options.muxerFactory ?? this.#muxerFactory).createStreamMuxer(maConn)
    const connection = createTestConnection({ transportConnection: maConn, remotePeer, muxer })
    muxer.addEventListener('stream', ({ detail: stream }) => { this.#init.onStream?.(stream, connection) })

    return connection
  }
}

function checkPeer ({ remoteAddr, direction }: MultiaddrConnection, remotePeer: PeerId): void {
  const named = remoteAddr.getComponents().findLast(({ code }) => code === CODE_P2P)?.value

  if (direction === 'outbound' && named != null && !peerIdFromString(named).equals(remotePeer)) {
    throw new IdentityError(`${remoteAddr} names another peer than the one that answered, ${remotePeer}`)
  }
}
