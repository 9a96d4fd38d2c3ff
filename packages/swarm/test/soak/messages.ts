/** What the process that runs a soak and those that do the work say to each other. */
export type Order =
  | { type: 'start', target?: { peer: string, address: string } }

  /** Finish what is under way, close every connection, and say what is left. */
  | { type: 'rest' }
  | { type: 'stop' }

export type Report =
  | { type: 'listening', peer: string, address: string }
  | { type: 'rested', state: RestingState }

/** A process in which nothing is going on. */
export interface RestingState {
  /** Bytes, after garbage collection. */
  heap: number

  /** Sockets, servers and timers that keep the process alive, by the names that Node.js gives them. */
  handles: string[]

  /** What the resource manager counts. */
  held: Record<string, Record<string, number>>
  done: Record<string, number>

  /** Bytes that came twice, out of order or not at all, though they were acknowledged. */
  violations: string[]
}

/** Longer than an upgrade may take, ms: one whose dialer was killed behind a partition is given up only then. */
const LONGEST_UPGRADE = 20_000

/** For the process that was told to rest. Gives what is on its way out its time. */
export async function restingState (held: () => RestingState['held'], done: RestingState['done'], violations: string[]): Promise<RestingState> {
  const deadline = performance.now() + LONGEST_UPGRADE

  do {
    globalThis.gc?.()
    await new Promise(resolve => setTimeout(resolve, 100))
  } while (performance.now() < deadline && (Object.keys(held()).length > 0 || handles().some(name => name !== 'TCPServerWrap')))

  globalThis.gc?.()

  return { heap: process.memoryUsage().heapUsed, handles: handles(), held: held(), done: { ...done }, violations }
}

function handles (): string[] {
  return process.getActiveResourcesInfo().filter(name => /^(TCP|Timeout|UDP)/.test(name)).sort()
}

export function report (message: Report): void {
  process.send?.(message)
}

/** Calls `handle` for one order after another. */
export function onOrder (handle: (order: Order) => Promise<void>): void {
  let last = Promise.resolve()
  process.on('message', order => {
    last = last.then(async () => handle(order as Order))
  })
}
