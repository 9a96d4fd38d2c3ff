import { serveProtocols } from '../protocols.ts'
import { print } from './print.ts'
import type { Listening } from '../contract.ts'
import type { Stack } from '../host-options.ts'

/** Serves the test protocols on the host's listeners and says where they are. */
export async function serve (stack: Stack): Promise<void> {
  const { host } = stack
  await serveProtocols(stack)

  const listening: Listening = {
    peerId: host.peerId.toString(),
    addrs: host.getMultiaddrs().map(address => address.toString())
  }
  print(listening)
}

/** Resolves when standard input closes or SIGTERM comes. */
export async function toldToEnd (): Promise<void> {
  await new Promise((resolve) => {
    process.stdin.on('end', resolve).resume()
    process.once('SIGTERM', resolve)
  })
}
