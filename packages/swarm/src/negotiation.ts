import { InvalidMultiaddrError } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import { channelOf, messageStreamOf } from '@libp2p-ws/byte-channel'
import { handleOnChannel, proposeOnChannel, selectOnChannel } from '@libp2p-ws/multistream'
import { CODE_P2P } from '@multiformats/multiaddr'
import { EncryptionFailedError, MuxerUnavailableError } from './errors.ts'
import { toError } from './stream-negotiation.ts'
import type { ConnectionEncrypter, Logger, MessageStreamDirection, PeerId, StreamMuxer, StreamMuxerFactory, UpgraderOptions, UpgraderWithoutEncryptionOptions } from '@libp2p/interface'
import type { ByteChannel, ChannelEncrypter, ChannelMuxerFactory, MemoryReserver, SecuredChannel } from '@libp2p-ws/core'
import type { Multiaddr } from '@multiformats/multiaddr'

export type AnyUpgraderOptions = UpgraderOptions | UpgraderWithoutEncryptionOptions

/** What a layer of the upgrade stands on. */
export interface LayerContext {
  /** Who speaks first: `outbound` does. */
  direction: MessageStreamDirection

  /** Who has to be at the far end, where that is known. */
  expected: PeerId | undefined
  log: Logger
}

export interface Secured extends SecuredChannel {
  /** Protocol id, `native` where the transport brings its own. */
  protocol: string
}

/**
 * Settles a security protocol and runs its handshake.
 *
 * @throws {EncryptionFailedError} no common protocol, or the handshake failed; see `cause`
 */
export async function secure (channel: ByteChannel, encrypters: Map<string, ConnectionEncrypter>, context: LayerContext, options: AnyUpgraderOptions): Promise<Secured> {
  if ('skipEncryption' in options && options.skipEncryption) {
    if (options.remotePeer == null) {
      throw new InvalidMultiaddrError(`${context.direction} connection that skipped encryption must have a peer id`)
    }

    return { channel, remotePeer: options.remotePeer, protocol: 'native' }
  }

  options.onProgress?.(progress(`upgrader:encrypt-${context.direction}-connection`))

  try {
    const [only, ...others] = encrypters.values()

    // with one protocol to offer, an answer could only be yes or the end
    if (context.direction === 'outbound' && others.length === 0 && only != null && isChannelEncrypter(only) && only.speaksFirst) {
      return await secureEagerly(channel, only, context, options)
    }

    const encrypter = lookUp(encrypters, await negotiate(channel, encrypters, context))
    const secured = isChannelEncrypter(encrypter)
      ? await encrypter.secureChannel(channel, secureOptions(context, options))
      : await secureStream(channel, encrypter, context, options)

    return { ...secured, protocol: encrypter.protocol }
  } catch (err) {
    throw new EncryptionFailedError(toError(err).message, { cause: err })
  }
}

/** The proposal and the first message of the handshake go out together: one round trip less. */
async function secureEagerly (channel: ByteChannel, encrypter: ChannelEncrypter, context: LayerContext, options: AnyUpgraderOptions): Promise<Secured> {
  const { preamble, answer } = proposeOnChannel(channel, encrypter.protocol)
  const negotiated = answer()
  // the handshake may fail first, and then nobody waits for the answer
  negotiated.catch(() => {})

  return { ...await encrypter.secureChannel(channel, { ...secureOptions(context, options), preamble, negotiated }), protocol: encrypter.protocol }
}

/** An encrypter that knows no channels gets a message stream, and gives one. */
async function secureStream (channel: ByteChannel, encrypter: ConnectionEncrypter, context: LayerContext, options: AnyUpgraderOptions): Promise<SecuredChannel> {
  const { direction, ...rest } = secureOptions(context, options)
  const given = { ...rest, ...options.signal != null && { signal: options.signal } }
  const stream = messageStreamOf(channel, context)
  const { connection, remotePeer, streamMuxer } = direction === 'inbound'
    ? await encrypter.secureInbound(stream, given)
    : await encrypter.secureOutbound(stream, given)

  return { channel: channelOf(connection), remotePeer, ...streamMuxer != null && { streamMuxer } }
}

function secureOptions ({ direction, expected }: LayerContext, { muxerFactory }: AnyUpgraderOptions): { direction: MessageStreamDirection, remotePeer?: PeerId, skipStreamMuxerNegotiation?: boolean } {
  return { direction, ...expected != null && { remotePeer: expected }, ...muxerFactory != null && { skipStreamMuxerNegotiation: true } }
}

/**
 * Settles a muxer; undefined when none is configured.
 *
 * @throws {MuxerUnavailableError} no common muxer; see `cause`
 */
export async function selectMuxer (channel: ByteChannel, muxers: Map<string, StreamMuxerFactory>, context: LayerContext, options: AnyUpgraderOptions): Promise<StreamMuxerFactory | undefined> {
  if (muxers.size === 0) {
    return undefined
  }

  options.onProgress?.(progress(`upgrader:multiplex-${context.direction}-connection`))

  try {
    return lookUp(muxers, await negotiate(channel, muxers, context))
  } catch (err) {
    throw new MuxerUnavailableError(toError(err).message, { cause: err })
  }
}

/** A muxer that knows no channels gets a message stream, and counts no memory. */
export function createMuxer (factory: StreamMuxerFactory, channel: ByteChannel, context: LayerContext, memory: MemoryReserver | undefined): StreamMuxer {
  return isChannelMuxerFactory(factory)
    ? factory.createChannelMuxer(channel, { ...context, memory })
    : factory.createStreamMuxer(messageStreamOf(channel, context))
}

/** The peer that `address` ends at, where it names one. */
export function peerOf (address: Multiaddr): PeerId | undefined {
  const value = address.getComponents().findLast(({ code }) => code === CODE_P2P)?.value

  return value == null ? undefined : peerIdFromString(value)
}

function isChannelEncrypter (encrypter: ConnectionEncrypter): encrypter is ChannelEncrypter {
  return 'secureChannel' in encrypter
}

function isChannelMuxerFactory (factory: StreamMuxerFactory): factory is ChannelMuxerFactory {
  return 'createChannelMuxer' in factory
}

async function negotiate (channel: ByteChannel, choices: Map<string, unknown>, { direction }: LayerContext): Promise<string> {
  return direction === 'inbound'
    ? handleOnChannel(channel, protocol => choices.has(protocol))
    : selectOnChannel(channel, [...choices.keys()])
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
