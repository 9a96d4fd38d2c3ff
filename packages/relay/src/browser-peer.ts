import { isPrivate } from '@libp2p/utils'
import { CODE_P2P, CODE_P2P_CIRCUIT } from '@multiformats/multiaddr'
import { ConnectError } from './errors.ts'
import { readPeerId, resolveTarget } from './peer-lookup.ts'
import { formatPrivateKey } from './private-key.ts'
import type { PeerDirectory } from './peer-lookup.ts'
import type { DialOutput, SessionPeer } from './sans-io/index.ts'
import type { Connection, Libp2p, PeerId, PrivateKey, Stream } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/** ADDRESSES is a `str`, whose length is a u16. */
const MAX_ADDRESSES_LENGTH = 0xffff

export interface Dialed {
  peerId: string

  /** None for a Connect that only had to connect. */
  stream: Stream | undefined
}

/** The libp2p peer of one browser. */
export class BrowserPeer {
  readonly #host: Libp2p
  readonly #key: PrivateKey
  readonly #directory: PeerDirectory
  readonly #maxStreams: number
  readonly #closing = new AbortController()

  constructor (host: Libp2p, key: PrivateKey, directory: PeerDirectory, maxStreams: number) {
    this.#host = host
    this.#key = key
    this.#directory = directory
    this.#maxStreams = maxStreams
  }

  /** As Identify tells it. */
  describe (): SessionPeer {
    const multiaddrs = this.#host.getMultiaddrs()
    const addresses = multiaddrs.map(address => address.decapsulateCode(CODE_P2P).toString())

    while (JSON.stringify(addresses).length > MAX_ADDRESSES_LENGTH) {
      addresses.pop()
    }

    return {
      peerId: this.#host.peerId.toString(),
      addresses,
      key: formatPrivateKey(this.#key),
      public: multiaddrs.some(isPublic)
    }
  }

  /** @throws {Error} when something else of the peer handles the protocol */
  async listen (protocol: string, onStream: (stream: Stream, peerId: string) => void): Promise<void> {
    await this.#host.handle(protocol, (stream, connection) => {
      onStream(stream, connection.remotePeer.toString())
    }, {
      maxInboundStreams: this.#maxStreams,
      runOnLimitedConnection: true
    })
  }

  async unlisten (protocol: string): Promise<void> {
    await this.#host.unhandle(protocol)
  }

  /** @throws {ConnectError} */
  async dial (dial: DialOutput): Promise<Dialed> {
    const peerId = readPeerId(dial.peer.peerId, dial.peerText)
    const connection = await this.#connect(dial, peerId)

    return {
      peerId: peerId.toString(),
      stream: dial.connectOnly ? undefined : await this.#openStream(connection, dial.protocol)
    }
  }

  /** Dials that are under way fail. */
  cancelDials (): void {
    this.#closing.abort()
  }

  async #connect (dial: DialOutput, peerId: PeerId): Promise<Connection> {
    const options = { signal: this.#closing.signal }

    try {
      const addresses = await resolveTarget(this.#host, this.#directory, dial, peerId, options)

      return await this.#host.dial(addresses.length === 0 ? peerId : addresses, options)
    } catch (err) {
      throw err instanceof ConnectError ? err : new ConnectError(peerId.toString(), `Could not connect to peer ${peerId}: ${(err as Error).message}\n`, err)
    }
  }

  async #openStream (connection: Connection, protocol: string): Promise<Stream> {
    try {
      return await connection.newStream(protocol, { maxOutboundStreams: this.#maxStreams, runOnLimitedConnection: true })
    } catch (err) {
      const peer = connection.remotePeer.toString()
      const reason = (err as Error).name === 'UnsupportedProtocolError' ? 'protocol not supported' : (err as Error).message

      throw new ConnectError(peer, reason, err)
    }
  }
}

/** Of the peer itself: what it has at a circuit relay does not make it public. */
function isPublic (address: Multiaddr): boolean {
  return !isPrivate(address) && !address.getComponents().some(component => component.code === CODE_P2P_CIRCUIT)
}
