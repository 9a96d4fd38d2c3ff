import { InvalidMultiaddrError } from '@libp2p/interface'
import * as mss from '@libp2p/multistream-select'
import { peerIdFromString } from '@libp2p/peer-id'
import { CODE_P2P } from '@multiformats/multiaddr'
import { proposeEagerly } from './eager-select.ts'
import { EncryptionFailedError, MuxerUnavailableError } from './errors.ts'
import { toError } from './stream-negotiation.ts'
import type { ConnectionEncrypter, MessageStream, MessageStreamDirection, MultiaddrConnection, PeerId, SecureConnectionOptions, SecuredConnection, StreamMuxerFactory, UpgraderOptions, UpgraderWithoutEncryptionOptions } from '@libp2p/interface'
import type { EagerEncrypter } from '@libp2p-ws/core'
import type { Multiaddr } from '@multiformats/multiaddr'

export type AnyUpgraderOptions = UpgraderOptions | UpgraderWithoutEncryptionOptions

export interface Secured extends Omit<SecuredConnection, 'remoteExtensions'> {
  protocol: string
}

/**
 * Settles a security protocol and runs its handshake.
 *
 * @throws {EncryptionFailedError} no common protocol, or the handshake failed; see `cause`
 */
export async function secure (connection: MessageStream, maConn: MultiaddrConnection, encrypters: Map<string, ConnectionEncrypter>, direction: MessageStreamDirection, options: AnyUpgraderOptions): Promise<Secured> {
  if ('skipEncryption' in options && options.skipEncryption) {
    if (options.remotePeer == null) {
      throw new InvalidMultiaddrError(`${direction} connection that skipped encryption must have a peer id`)
    }

    return { connection, remotePeer: options.remotePeer, protocol: 'native' }
  }

  options.onProgress?.(progress(`upgrader:encrypt-${direction}-connection`))
  const remotePeer = peerOf(maConn.remoteAddr)
  const secureOptions = {
    signal: options.signal,
    ...remotePeer != null && { remotePeer },
    ...options.muxerFactory != null && { skipStreamMuxerNegotiation: true }
  }

  try {
    const [only, ...others] = encrypters.values()

    // with one protocol to offer, an answer could only be yes or the end
    if (direction === 'outbound' && others.length === 0 && only != null && speaksFirst(only)) {
      return await secureEagerly(connection, only, secureOptions)
    }

    const protocol = await negotiate(connection, encrypters, direction, options.signal)
    const encrypter = lookUp(encrypters, protocol)
    const secured = direction === 'inbound'
      ? await encrypter.secureInbound(connection, secureOptions)
      : await encrypter.secureOutbound(connection, secureOptions)

    return { ...secured, protocol }
  } catch (err) {
    options.signal.throwIfAborted()
    throw new EncryptionFailedError(toError(err).message, { cause: err })
  }
}

/** The proposal and the first message of the handshake go out together: one round trip less. */
async function secureEagerly (connection: MessageStream, encrypter: EagerEncrypter, options: SecureConnectionOptions): Promise<Secured> {
  const negotiated = proposeEagerly(connection, encrypter.protocol, options)

  // the handshake may fail first, and then nobody waits for the answer
  negotiated.catch(() => {})

  return { ...await encrypter.secureOutbound(connection, { ...options, negotiated }), protocol: encrypter.protocol }
}

function speaksFirst (encrypter: ConnectionEncrypter): encrypter is EagerEncrypter {
  return 'speaksFirst' in encrypter && encrypter.speaksFirst === true
}

/**
 * Settles a muxer; undefined when none is configured.
 *
 * @throws {MuxerUnavailableError} no common muxer; see `cause`
 */
export async function selectMuxer (connection: MessageStream, muxers: Map<string, StreamMuxerFactory>, direction: MessageStreamDirection, options: AnyUpgraderOptions): Promise<StreamMuxerFactory | undefined> {
  if (muxers.size === 0) {
    return undefined
  }

  options.onProgress?.(progress(`upgrader:multiplex-${direction}-connection`))

  try {
    return lookUp(muxers, await negotiate(connection, muxers, direction, options.signal))
  } catch (err) {
    options.signal.throwIfAborted()
    throw new MuxerUnavailableError(toError(err).message, { cause: err })
  }
}

/** The peer that `address` ends at, where it names one. */
export function peerOf (address: Multiaddr): PeerId | undefined {
  const value = address.getComponents().findLast(({ code }) => code === CODE_P2P)?.value

  return value == null ? undefined : peerIdFromString(value)
}

async function negotiate (connection: MessageStream, choices: Map<string, unknown>, direction: MessageStreamDirection, signal: AbortSignal): Promise<string> {
  const protocols = [...choices.keys()]

  return direction === 'inbound'
    ? mss.handle(connection, protocols, { signal })
    : mss.select(connection, protocols, { signal })
}

function lookUp<T> (choices: Map<string, T>, protocol: string): T {
  const choice = choices.get(protocol)

  if (choice == null) {
    throw new Error(`${protocol} was negotiated but is not there`)
  }

  return choice
}

function progress (type: string): any {
  return new CustomEvent(type)
}
