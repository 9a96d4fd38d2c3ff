import { Libp2pWsError } from '@libp2p-ws/core'
import type { Multiaddr } from '@multiformats/multiaddr'

/** The codes that a real socket gives, as Node.js names them. */
export type SocketErrorCode = 'ECONNREFUSED' | 'ETIMEDOUT' | 'ENETUNREACH' | 'EADDRINUSE' | 'EADDRNOTAVAIL'

/** What went wrong on the simulated network; the message names the address. */
export class SimulatedNetworkError extends Libp2pWsError {
  override readonly name = 'SimulatedNetworkError'
  readonly code: SocketErrorCode
  readonly address: Multiaddr

  constructor (code: SocketErrorCode, operation: 'connect' | 'listen' | 'write', address: Multiaddr) {
    super(`${operation} ${code} ${address}`)
    this.code = code
    this.address = address
  }
}
