import { createInterface } from 'node:readline'
import { multiaddr } from '@multiformats/multiaddr'
import { describeError } from '../describe-error.ts'
import { print } from './print.ts'
import type { DialBatch, DialBatchReport, DialOutcome, DialTarget, Security } from '../contract.ts'
import type { CreateStack, Host } from '../host-options.ts'

/**
 * Reads a `DialBatch` from each line of standard input and dials it, with a new
 * host that knows nothing of the dials before, unless the batch says otherwise.
 * The host stays until the next line, so that what a dial leaves open can be seen
 * from outside.
 */
export async function dialBatches (createStack: CreateStack, security: Security[]): Promise<void> {
  let host: Host | undefined

  for await (const line of createInterface({ input: process.stdin })) {
    const batch: DialBatch = JSON.parse(line)

    if (host === undefined || batch.sameHost !== true) {
      await host?.stop()
      host = (await createStack({ listen: [], security, backoff: batch.backoff === true })).host
    } else {
      await Promise.all(host.getConnections().map(async connection => connection.close()))
    }

    print(await dialBatch(host, batch))
  }

  await host?.stop()
}

async function dialBatch (host: Host, { targets, timeoutMs }: DialBatch): Promise<DialBatchReport> {
  const start = performance.now()
  const outcomes = await Promise.all(targets.map(async target => dialTarget(host, target, timeoutMs)))

  return { ms: performance.now() - start, outcomes }
}

async function dialTarget (host: Host, { peerId, addrs }: DialTarget, timeout: number): Promise<DialOutcome> {
  const addresses = addrs.map(address => multiaddr(`${address}/p2p/${peerId}`))
  const start = performance.now()

  try {
    await host.dial(addresses, { signal: AbortSignal.timeout(timeout) })
    return { ok: true, ms: performance.now() - start }
  } catch (err) {
    return { ok: false, ms: performance.now() - start, error: describeError(err) }
  }
}
