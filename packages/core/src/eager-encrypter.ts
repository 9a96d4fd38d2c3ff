import type { ConnectionEncrypter, MessageStream, SecureConnectionOptions, SecuredConnection } from '@libp2p/interface'

export interface EagerSecureOptions extends SecureConnectionOptions {
  /**
   * The far end's answer to the proposal of this protocol, which is on its way.
   * What it sends before that is not ours to read; our first message may go out.
   */
  negotiated?: Promise<void>
}

/**
 * An encrypter whose initiator speaks first, so that its first message can go out
 * with the proposal of its protocol: one round trip less.
 */
export interface EagerEncrypter extends ConnectionEncrypter {
  readonly speaksFirst: true
  secureOutbound(connection: MessageStream, options?: EagerSecureOptions): Promise<SecuredConnection>
}
