/**
 * CPU time of the dial scheduler: 10,000 peers with 5 addresses each, in virtual
 * time, with no socket and no timer. Two loads: the dials spread over 5 minutes,
 * and all within a second.
 *
 * ```sh
 * node dial-simulation.ts
 * ```
 *
 * Of the attempts 40 % vanish, 30 % refuse, 30 % connect. Fails if a request is
 * left without an answer, a limit is broken, anything is left in the scheduler
 * at the end, or a load takes 5 s of CPU. Build packages/dialer first.
 */
import { deepStrictEqual, ok } from 'node:assert'
import { DialScheduler } from '@libp2p-ws/dialer'
import { multiaddr } from '@multiformats/multiaddr'
import type { DialOutput, FoundAddress } from '@libp2p-ws/dialer'

const PEERS = 10_000
const ADDRESSES = 5
const FD_LIMIT = 160
const REQUEST_TIMEOUT = 60_000

/** Seconds. */
const CPU_LIMIT = 5

interface Event { at: number, run(): void }

/** Park and Miller's generator: the same numbers in every run. */
function * numbers (): Generator<number, never> {
  for (let state = 1; ;) {
    state = state * 48_271 % 2_147_483_647
    yield state / 2_147_483_647
  }
}

/** Events by time, in a binary heap. */
class Agenda {
  readonly #heap: Event[] = []

  get next (): Event | undefined {
    return this.#heap[0]
  }

  add (event: Event): void {
    const heap = this.#heap
    let place = heap.push(event) - 1

    for (let above = (place - 1) >> 1; place > 0 && (heap[above]?.at ?? 0) > event.at; above = (place - 1) >> 1) {
      heap[place] = heap[above] as Event
      heap[above] = event
      place = above
    }
  }

  take (): Event | undefined {
    const heap = this.#heap
    const top = heap[0]
    const last = heap.pop()

    if (last !== undefined && heap.length > 0) {
      let place = 0

      for (let child = 1; child < heap.length; child = 2 * place + 1) {
        const smaller = (heap[child + 1]?.at ?? Infinity) < (heap[child]?.at ?? 0) ? child + 1 : child

        if ((heap[smaller]?.at ?? Infinity) >= last.at) {
          break
        }

        heap[place] = heap[smaller] as Event
        place = smaller
      }

      heap[place] = last
    }

    return top
  }
}

class Simulation {
  readonly scheduler: DialScheduler = new DialScheduler({ fdLimit: FD_LIMIT })
  readonly #random = numbers()
  readonly #agenda = new Agenda()
  readonly #inFlight = new Set<number>()
  now = 0
  attempts = 0
  connected = 0
  failed = 0
  mostInFlight = 0

  constructor (peers: FoundAddress[][], spread: number) {
    peers.forEach((found, i) => {
      this.#agenda.add({ at: this.#next() * spread, run: () => { this.#request(i, found) } })
    })
  }

  run (): void {
    for (;;) {
      const at = Math.min(this.#agenda.next?.at ?? Infinity, this.scheduler.pollTimeout() ?? Infinity)

      if (at === Infinity) {
        return
      }

      this.now = Math.max(this.now, at)

      if (this.#agenda.next?.at === at) {
        this.#agenda.take()?.run()
      } else {
        this.scheduler.handleTimeout(this.now)
      }

      for (let output = this.scheduler.pollOutput(); output !== undefined; output = this.scheduler.pollOutput()) {
        this.#carryOut(output)
      }

      this.mostInFlight = Math.max(this.mostInFlight, this.#inFlight.size)
    }
  }

  #request (id: number, found: FoundAddress[]): void {
    const peer = `peer ${id}`
    const dial = this.scheduler.handleRequest(this.now, { id, key: peer, peer, timeout: REQUEST_TIMEOUT, priority: 50, forceDirect: false, allowLimited: true, lookups: 1, wantsLookup: false })
    this.scheduler.handleCandidates(this.now, dial, found)
    this.scheduler.handleLookupEnd(this.now, dial, false)
  }

  #carryOut (output: DialOutput): void {
    switch (output.type) {
      case 'connect':
        this.#connect(output.attempt)
        break
      case 'abort':
        this.#inFlight.delete(output.attempt)
        break
      case 'connected':
        this.connected++
        break
      case 'failed':
        this.failed++
        break
      default:
    }
  }

  #connect (attempt: number): void {
    this.attempts++
    this.#inFlight.add(attempt)
    const kind = this.#next()

    if (kind >= 0.4) {
      this.#agenda.add({ at: this.now + 20 + this.#next() * 200, run: () => { this.#answer(attempt, kind < 0.7) } })
    }
  }

  #answer (attempt: number, isRefused: boolean): void {
    this.#inFlight.delete(attempt)
    this.scheduler.handleDialUpdate(this.now, attempt, isRefused
      ? { type: 'failed', error: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }) }
      : { type: 'succeeded', limited: false, direct: true })
  }

  #next (): number {
    return this.#random.next().value
  }
}

const peers = Array.from({ length: PEERS }, (_, i) => Array.from({ length: ADDRESSES }, (_, n): FoundAddress => {
  const key = `/ip4/8.${i >> 8}.${i & 255}.${n + 1}/tcp/4001/ws`

  return { address: multiaddr(key), key, source: 'peer-store' }
}))

for (const [name, spread] of [['over 5 minutes', 300_000], ['within a second', 1_000]] as const) {
  const simulation = new Simulation(peers, spread)
  const before = process.cpuUsage()
  simulation.run()
  const { user, system } = process.cpuUsage(before)
  const cpu = (user + system) / 1e6
  const { attempts, connected, failed, mostInFlight, scheduler, now } = simulation

  deepStrictEqual(scheduler.load, { dials: 0, requests: 0, inFlight: 0, waiting: 0, tokensTaken: 0, timers: 0 })
  deepStrictEqual(connected + failed, PEERS)
  ok(mostInFlight <= FD_LIMIT)
  scheduler.backoff.prune(now + 600_000)
  deepStrictEqual(scheduler.backoff.size, 0)
  ok(cpu < CPU_LIMIT, `${cpu} s of CPU`)

  process.stdout.write(`${PEERS} dials ${name}: ${cpu.toFixed(2)} s of CPU for ${(now / 1_000).toFixed(0)} s of virtual time; ${connected} connected, ${failed} failed, ${attempts} attempts, at most ${mostInFlight} at once\n`)
}
