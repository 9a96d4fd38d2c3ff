import type { ConnectionEncrypter, SecuredConnection } from '@libp2p/interface'

type EncrypterFactory<C> = (components: C) => ConnectionEncrypter

/** Notes for each remote peer whether the security handshake settled the muxer. */
export class EarlyMuxerLog {
  private readonly peers = new Map<string, boolean>()

  /** Undefined when no handshake with `peer` has been seen. */
  get (peer: { toString(): string }): boolean | undefined {
    return this.peers.get(peer.toString())
  }

  /** The same encrypter, with its handshakes noted here. */
  watch<C> (factory: EncrypterFactory<C>): EncrypterFactory<C> {
    return (components) => {
      const encrypter = factory(components)
      const { secureInbound, secureOutbound } = encrypter

      encrypter.secureInbound = async (...args: Parameters<typeof secureInbound>) => this.note(await secureInbound.apply(encrypter, args))
      encrypter.secureOutbound = async (...args: Parameters<typeof secureOutbound>) => this.note(await secureOutbound.apply(encrypter, args))

      return encrypter
    }
  }

  private note<T extends SecuredConnection> (secured: T): T {
    this.peers.set(secured.remotePeer.toString(), secured.streamMuxer != null)
    return secured
  }
}
