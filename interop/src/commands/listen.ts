import { serveProtocols } from '../protocols.ts'
import { print } from './print.ts'
import type { Listening, Security } from '../contract.ts'
import type { CreateStack } from '../host-options.ts'

/** Serves the test protocols until standard input closes or SIGTERM comes. */
export async function listen (createStack: CreateStack, addresses: string[], security: Security[]): Promise<void> {
  const stack = await createStack({ listen: addresses, security })
  const { host } = stack
  await serveProtocols(stack)

  const listening: Listening = {
    peerId: host.peerId.toString(),
    addrs: host.getMultiaddrs().map(address => address.toString())
  }
  print(listening)

  await new Promise((resolve) => {
    process.stdin.on('end', resolve).resume()
    process.once('SIGTERM', resolve)
  })
  await host.stop()
}
