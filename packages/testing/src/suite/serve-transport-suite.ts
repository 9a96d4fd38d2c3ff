import { generateKeyPair } from '@libp2p/crypto/keys'
import { multiaddr } from '@multiformats/multiaddr'
import { TestUpgrader } from '../upgrade/test-upgrader.ts'
import { echo } from './echo.ts'
import type { Transport } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/** The far end for a transport that only dials. */
export interface SuiteServer {
  /** For `dialTo` of the set-up. */
  addresses: Multiaddr[]
  close(): Promise<void>
}

/**
 * Listens with `transport` on `listenOn` and echoes every stream, for a suite
 * that runs elsewhere, such as in a browser.
 */
export async function serveTransportSuite (transport: Transport, listenOn: Array<string | Multiaddr>): Promise<SuiteServer> {
  const upgrader = new TestUpgrader({ privateKey: await generateKeyPair('Ed25519'), onStream: echo })
  const listeners = await Promise.all(listenOn.map(async address => {
    const listener = transport.createListener({ upgrader })
    await listener.listen(multiaddr(address))

    return listener
  }))

  return {
    addresses: listeners.flatMap(listener => listener.getAddrs()),
    close: async () => {
      await Promise.all(listeners.map(async listener => listener.close()))
    }
  }
}
