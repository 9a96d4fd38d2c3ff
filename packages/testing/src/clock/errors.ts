import { Libp2pWsError } from '@libp2p-ws/core'

/** The clock was asked to move while it is already moving: two callers would each see time jump. */
export class ClockBusyError extends Libp2pWsError {
  override readonly name = 'ClockBusyError'
  readonly code = 'ERR_CLOCK_BUSY'

  constructor () {
    super('the clock is already advancing; a timer\'s callback may set timers, not advance the clock')
  }
}

/** Timers at one instant keep setting timers for the same instant. */
export class ClockLivelockError extends Libp2pWsError {
  override readonly name = 'ClockLivelockError'
  readonly code = 'ERR_CLOCK_LIVELOCK'

  constructor (time: number, timers: number) {
    super(`${timers} timers ran at ${time} ms and time does not move on: a timer sets itself again with delay 0`)
  }
}

/** What `runUntil` waits for did not come. */
export class ClockStalledError extends Libp2pWsError {
  override readonly name = 'ClockStalledError'
  readonly code = 'ERR_CLOCK_STALLED'
}
