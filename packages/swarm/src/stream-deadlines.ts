import { InvalidValueError, Libp2pWsError } from '@libp2p-ws/core'
import { DeadlineWheel } from './sans-io/deadline-wheel.ts'
import type { Stream } from '@libp2p/interface'

/** Reading or writing a stream took longer than it was given. Seed 003: the error of a passed deadline. */
export class StreamDeadlineError extends Libp2pWsError {
  override readonly name = 'StreamDeadlineError'
  readonly code = 'ERR_STREAM_DEADLINE'
  readonly operation: 'read' | 'write'

  constructor (operation: 'read' | 'write') {
    super(`the deadline to ${operation} the stream has passed`)
    this.operation = operation
  }
}

interface Deadline {
  readonly stream: Stream
  readonly operation: 'read' | 'write'
}

/** One timer for the deadlines of all streams. */
const wheel = new DeadlineWheel<Deadline>()
const deadlines = new WeakMap<Stream, Record<Deadline['operation'], Deadline>>()
let timer: ReturnType<typeof setTimeout> | undefined
let timerAt = Infinity

/**
 * Sets both, as `SetDeadline` of seed 003.
 *
 * @param stream - of any muxer
 * @param at - ms since the epoch, or a date; undefined for none
 * @throws {InvalidValueError} when `at` is no time
 */
export function setDeadline (stream: Stream, at: Date | number | undefined): void {
  setReadDeadline(stream, at)
  setWriteDeadline(stream, at)
}

/**
 * Aborts the stream with a `StreamDeadlineError` when the far end has not ended its
 * side by then. Setting it again moves it.
 *
 * @param stream - of any muxer
 * @param at - ms since the epoch, or a date; undefined for none
 * @throws {InvalidValueError} when `at` is no time
 */
export function setReadDeadline (stream: Stream, at: Date | number | undefined): void {
  set(stream, 'read', at)
}

/**
 * Aborts the stream with a `StreamDeadlineError` when something that was sent is
 * still waiting to go out by then. Setting it again moves it.
 *
 * @param stream - of any muxer
 * @param at - ms since the epoch, or a date; undefined for none
 * @throws {InvalidValueError} when `at` is no time
 */
export function setWriteDeadline (stream: Stream, at: Date | number | undefined): void {
  set(stream, 'write', at)
}

function set (stream: Stream, operation: Deadline['operation'], at: Date | number | undefined): void {
  const time = at instanceof Date ? at.getTime() : at

  if (time === undefined) {
    const deadline = deadlines.get(stream)?.[operation]
    deadline !== undefined && wheel.delete(deadline)
    return
  }

  if (!Number.isFinite(time)) {
    throw new InvalidValueError('deadline', at, `${String(at)} is no time`)
  }

  if (!isOver(stream)) {
    wheel.set(deadlinesOf(stream)[operation], time)
    setTimer()
  }
}

function deadlinesOf (stream: Stream): Record<Deadline['operation'], Deadline> {
  const known = deadlines.get(stream)

  if (known !== undefined) {
    return known
  }

  const both: Record<Deadline['operation'], Deadline> = { read: { stream, operation: 'read' }, write: { stream, operation: 'write' } }
  deadlines.set(stream, both)
  stream.addEventListener('close', () => {
    wheel.delete(both.read)
    wheel.delete(both.write)
  }, { once: true })

  return both
}

/** A timer that finds nothing to do costs less than one that is moved for each deadline. */
function setTimer (): void {
  const due = wheel.pollTimeout()

  if (due === undefined || due >= timerAt) {
    return
  }

  clearTimeout(timer)
  timerAt = due
  timer = setTimeout(() => {
    timerAt = Infinity
    wheel.handleTimeout(Date.now()).forEach(expire)
    setTimer()
  }, Math.max(0, due - Date.now()))
  // browsers have numbers for timers
  typeof timer === 'object' && timer.unref()
}

function expire ({ stream, operation }: Deadline): void {
  const waits = operation === 'read'
    ? stream.remoteWriteStatus !== 'closed'
    : stream.writeBufferLength > 0 || stream.writableNeedsDrain

  if (waits && !isOver(stream)) {
    stream.abort(new StreamDeadlineError(operation))
  }
}

function isOver ({ status }: Stream): boolean {
  return status !== 'open' && status !== 'closing'
}
