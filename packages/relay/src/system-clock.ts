import type { Clock } from '@libp2p-ws/core'

export const systemClock: Clock = {
  now: () => performance.now(),

  setTimeout: (callback, delay) => {
    const timer = setTimeout(callback, delay)

    return { cancel: () => { clearTimeout(timer) } }
  }
}
