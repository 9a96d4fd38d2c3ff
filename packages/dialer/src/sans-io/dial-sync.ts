import type { DialJob } from './dial-job.ts'
import type { DialRequest } from './inputs.ts'
import type { Timers } from './timers.ts'

/**
 * Which dials are under way and which requests wait for each: requests of one key
 * join one dial. A dial and its requests leave no timer behind here.
 */
export class DialSync {
  readonly #timers: Timers
  readonly #jobs = new Map<number, DialJob>()
  readonly #byKey = new Map<string, DialJob>()
  readonly #byRequest = new Map<number, DialJob>()

  constructor (timers: Timers) {
    this.#timers = timers
  }

  get dials (): number {
    return this.#jobs.size
  }

  get requests (): number {
    return this.#byRequest.size
  }

  jobs (): DialJob[] {
    return [...this.#jobs.values()]
  }

  /** Absent when the dial is over. */
  dial (id: number): DialJob | undefined {
    return this.#jobs.get(id)
  }

  /** The dial that `request` waits for. */
  dialOf (request: number): DialJob | undefined {
    return this.#byRequest.get(request)
  }

  /** The dial that requests of `key` join. */
  dialTo (key: string): DialJob | undefined {
    return this.#byKey.get(key)
  }

  add (job: DialJob): DialJob {
    this.#jobs.set(job.id, job)
    this.#byKey.set(job.key, job)

    return job
  }

  /** `expire` is called when the time of `request` is over. */
  join (job: DialJob, request: DialRequest, now: number, expire: (now: number) => void): void {
    const deadline = this.#timers.create('deadline', expire)
    job.requests.set(request.id, { ...request, deadline })
    this.#byRequest.set(request.id, job)
    this.#timers.set(deadline, now + request.timeout)
  }

  leave (job: DialJob, request: number): void {
    const pending = job.requests.get(request)

    if (pending !== undefined) {
      this.#timers.cancel(pending.deadline)
      job.requests.delete(request)
      this.#byRequest.delete(request)
    }
  }

  /** The dial is over; the next request for its key starts another. */
  end (job: DialJob): void {
    this.#jobs.delete(job.id)
    this.#byKey.delete(job.key)
    this.#timers.cancel(job.wake)
  }
}
