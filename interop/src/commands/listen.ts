import { serve, toldToEnd } from './serve.ts'
import type { Security } from '../contract.ts'
import type { CreateStack } from '../host-options.ts'

/** Serves the test protocols until standard input closes or SIGTERM comes. */
export async function listen (createStack: CreateStack, addresses: string[], security: Security[]): Promise<void> {
  const stack = await createStack({ listen: addresses, security })
  await serve(stack)
  await toldToEnd()
  await stack.host.stop()
}
