import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import { InvalidParametersError } from '@libp2p/interface'
import { identityOf } from './identity.ts'
import { Libp2p as Libp2pNode } from './libp2p.ts'
import { defaultLogger } from './logging/default-logger.ts'
import type { Libp2pOptions, NetworkState } from './libp2p-init.ts'
import type { Libp2p, ServiceMap } from '@libp2p/interface'

/** Bytes of the seed of an Ed25519 key (RFC 8032). */
const SEED_LENGTH = 32

/** What a `Libp2p` is told by when it comes from another copy of a package. */
const METHODS = ['dial', 'dialProtocol', 'hangUp', 'handle', 'unhandle', 'getMultiaddrs', 'getProtocols']

/**
 * Makes a node and starts it, unless `start` is false: js-libp2p's `createLibp2p`
 * with our swarm and dialer inside.
 *
 * @throws {UnmetServiceDependenciesError} when a service needs another one
 * @throws {InvalidParametersError} for options that cannot be used
 * @throws {UnsupportedListenAddressesError} when a listen address does not work
 */
export async function createLibp2p<T extends ServiceMap = ServiceMap> (options: Libp2pOptions<T> = {}): Promise<Libp2p<T> & NetworkState> {
  if ((options.connectionProtector as unknown) === null && globalThis.process?.env?.LIBP2P_FORCE_PNET != null) {
    throw new InvalidParametersError('Private network is enforced, but no protector was provided')
  }

  const privateKey = options.privateKey ??= await generateKeyPairFromSeed('Ed25519', crypto.getRandomValues(new Uint8Array(SEED_LENGTH)))
  const node = new Libp2pNode<T>(options, {
    ...identityOf(privateKey),
    logger: options.logger ?? defaultLogger()
  })

  if (options.start !== false) {
    await node.start()
  }

  return node
}

/** Whether `value` is a libp2p node, ours or js-libp2p's. */
export function isLibp2p<T extends ServiceMap = ServiceMap> (value?: any): value is Libp2p<T> {
  return value instanceof Libp2pNode || (value != null && METHODS.every(method => typeof value[method] === 'function'))
}
