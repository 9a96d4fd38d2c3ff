import { once } from 'node:events'
import { connect } from 'node:net'
import { InvalidValueError } from '@libp2p-ws/core'
import { CODE_IP4, CODE_IP6, CODE_TCP, CODE_UNIX } from '@multiformats/multiaddr'
import type { RawSocket } from './suite/suite-case.ts'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { NetConnectOpts } from 'node:net'

/**
 * Opens a plain socket to the TCP port or Unix socket that `address` names,
 * whatever the rest of the address says: `connectRaw` for `transportSuite`.
 *
 * @throws {InvalidValueError} when it names neither
 */
export async function connectSocket (address: Multiaddr): Promise<RawSocket> {
  const socket = connect(toConnectOptions(address))
  const closed = new Promise<void>(resolve => { socket.once('close', () => { resolve() }) })
  await once(socket, 'connect')
  // a reset is one of the ways to close
  socket.on('error', () => {})
  socket.resume()

  return {
    write: data => { socket.write(data) },
    destroy: () => { socket.destroy() },
    closed
  }
}

function toConnectOptions (address: Multiaddr): NetConnectOpts {
  const value = (...codes: number[]): string | undefined => address.getComponents().find(({ code }) => codes.includes(code))?.value
  const path = value(CODE_UNIX)
  const host = value(CODE_IP4, CODE_IP6)
  const port = value(CODE_TCP)

  if (path != null) {
    return { path }
  }

  if (host == null || port == null) {
    throw new InvalidValueError('address', address, `${address} names neither a TCP port nor a Unix socket`)
  }

  return { host, port: Number(port) }
}
