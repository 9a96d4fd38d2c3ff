import { addressInfo } from './address-info.ts'
import { errorCodes } from './error-codes.ts'
import type { SkipReason } from './address-filter.ts'
import type { AddressInfo } from './address-info.ts'
import type { DialJob } from './dial-job.ts'
import type { LimitedDial } from './dial-limiter.ts'
import type { Timer } from './timers.ts'
import type { DialCandidateSource, DialPhase, DialTraceRecord } from '@libp2p-ws/core'
import type { Multiaddr } from '@multiformats/multiaddr'

//   waiting ──delay over──▶ queued ──tokens──▶ dialing ──▶ ended
//                             ▲                   │
//                             └──silent, or the───┘
//                                host is short of sockets

/** Where a candidate is. Its trace record has the same in more detail. */
export type CandidateState = 'waiting' | 'queued' | 'dialing' | 'ended'

/** One try to connect to a candidate. */
export interface Attempt {
  readonly id: number
  readonly startedAt: number

  /** When anything was last heard of it. */
  newsAt: number

  /** Ms without news after which it counts as silent. */
  patience: number

  /** Whether the remote end has accepted the connection. */
  wasAnswered: boolean

  /** Silent for longer than its patience. */
  isSilent: boolean

  /** Silent for so long that an address tried before may take its slot. */
  isLongSilent: boolean

  readonly silence: Timer
  readonly timeout: Timer
}

/** One address of one dial. */
export class Candidate implements LimitedDial {
  readonly job: DialJob
  readonly address: Multiaddr

  /** The address without its peer id, as a string. */
  readonly key: string
  readonly info: AddressInfo
  readonly record: DialTraceRecord
  state: CandidateState = 'waiting'

  /** When the ranking wants it dialed. */
  dueAt: number = Infinity

  /** Until when a handshake under way keeps other addresses from being dialed. */
  holdUntil: number = -Infinity
  tries = 0

  /** Ms of its time for dialing that it used in tries which gave up their slot. */
  spent = 0

  /** It has lost a slot to an address that was not tried before. */
  hasMadeRoom = false

  /** Rounds in which it failed. */
  failures = 0

  /** It has lost a slot to an address that was tried before. */
  hasGivenWay = false

  /** The job's, when it was queued. */
  priority = 0
  skipped: SkipReason | undefined
  error: Error | undefined
  attempt: Attempt | undefined

  /** From the start of the try to the connection, ms. */
  handshake: number | undefined

  /** Set while it waits because the host is short of sockets. */
  retry: Timer | undefined

  constructor (job: DialJob, address: Multiaddr, key: string, source: DialCandidateSource, now: number) {
    this.job = job
    this.address = address
    this.key = key
    this.info = addressInfo(address)
    this.record = { address: key, source, known: now - job.startedAt, phase: 'waiting', phases: [] }
    this.enter('waiting', now)
  }

  get peer (): string {
    return this.job.key
  }

  get usesFd (): boolean {
    return this.info.usesFd
  }

  get wasTried (): boolean {
    return this.tries > 0
  }

  get isLive (): boolean {
    return this.state !== 'ended'
  }

  /** Notes a phase in the trace. */
  enter (phase: DialPhase, now: number): void {
    const at = now - this.job.startedAt
    this.record.phase = phase
    this.record.phases.push({ phase, at })

    if (phase === 'connecting') {
      this.record.started ??= at
    } else if (phase === 'succeeded' || phase === 'failed' || phase === 'skipped' || phase === 'canceled') {
      this.record.ended = at
    }
  }

  skip (reason: SkipReason, now: number): void {
    this.state = 'ended'
    this.skipped = reason
    this.record.skipped = reason
    this.enter('skipped', now)
  }

  /** A skipped candidate is wanted after all. */
  revive (now: number): void {
    this.state = 'waiting'
    this.skipped = undefined
    delete this.record.skipped
    delete this.record.ended
    this.enter('waiting', now)
  }

  /**
   * It loses its slot after `ms`. That counts up to the silence it lost it for,
   * once for each kind of silence: late joiners must not use up all its time.
   */
  giveWay (toTried: boolean, ms: number, silence: number): void {
    const isCharged = toTried ? !this.hasGivenWay : !this.hasMadeRoom
    this.spent += isCharged ? Math.min(ms, silence) : 0
    this.hasGivenWay ||= toTried
    this.hasMadeRoom ||= !toTried
  }

  /** It failed, and has another try with all the time of the first. */
  retryFrom (now: number): void {
    this.state = 'waiting'
    this.spent = 0
    this.hasMadeRoom = false
    this.hasGivenWay = false
    delete this.record.error
    delete this.record.ended
    this.enter('waiting', now)
  }

  fail (error: Error, now: number): void {
    this.state = 'ended'
    this.error = error
    this.failures++
    this.record.error = describeError(error)
    this.enter('failed', now)
  }
}

function describeError (error: Error): NonNullable<DialTraceRecord['error']> {
  // a transport's own code says less than that of its socket
  const code = errorCodes(error).at(-1)

  return { name: error.name, ...(code === undefined ? {} : { code }), message: error.message }
}
