import { check } from './checks.ts'

/** What Node.js calls sockets, pipes, servers, their requests, and timers that keep the process alive. */
const RESOURCE = /^(TCP|Pipe|UDP|TLS|Timeout)/i

const POLL_INTERVAL = 10

/** Names what the process has open, one entry each; nothing where the platform cannot say. */
export function processResources (): string[] {
  const { process } = globalThis as { process?: { getActiveResourcesInfo?(): string[] } }

  return process?.getActiveResourcesInfo?.().filter(name => RESOURCE.test(name)) ?? []
}

/** What is in `now` beyond what was in `before`, counted. */
export function leftOver (before: readonly string[], now: readonly string[]): string[] {
  const rest = [...before]

  return now.filter(name => {
    const index = rest.indexOf(name)

    if (index >= 0) {
      rest.splice(index, 1)
    }

    return index < 0
  })
}

/** Waits until nothing is open that was not open `before`; fails when that takes too long. */
export async function nothingLeftOpen (openResources: () => string[], before: readonly string[], deadline: number): Promise<void> {
  const end = performance.now() + deadline
  let left = leftOver(before, openResources())

  while (left.length > 0 && performance.now() < end) {
    await new Promise<void>(resolve => { setTimeout(resolve, POLL_INTERVAL) })
    left = leftOver(before, openResources())
  }

  check(left.length === 0, `left open, though everything was closed or aborted: ${left.join(', ')}`)
}
