import type { Clock, ClockTimer } from '@libp2p-ws/core'

/** The machine's own time: `performance.now` and `setTimeout`. */
export const systemClock: Clock = {
  now (): number {
    return performance.now()
  },

  setTimeout (callback: () => void, delay: number): ClockTimer {
    const timer = setTimeout(callback, Math.max(0, delay))

    return {
      cancel (): void {
        clearTimeout(timer)
      }
    }
  }
}
