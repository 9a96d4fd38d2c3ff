import { ResourceLimitError } from '@libp2p-ws/core'
import type { LimitPatience } from '@libp2p-ws/core'

/** A line for each limit, of those who met it. */
export interface LimitWaiters {
  /**
   * Calls `onTurn` once, when something of what the limit counts was given back.
   * Whoever had a turn calls `pass`, unless the same limit refused it again.
   *
   * @param limit - of a `ResourceLimitError`
   * @returns leaves the line; without effect after the turn
   */
  join(limit: string, onTurn: () => void): () => void
  pass(limit: string): void
}

/**
 * What `open` gives; where it meets a limit, again when there is room.
 *
 * @param open - tried first at once
 * @param waiters - where to wait
 * @param patience - how long to wait
 * @throws {ResourceLimitError} when there was no room in time; it names the limit
 * @throws {Error} what `open` throws beside that
 */
export async function withinLimits<T> (open: () => Promise<T>, waiters: LimitWaiters, patience: LimitPatience): Promise<T> {
  try {
    return await open()
  } catch (err) {
    if (!(err instanceof ResourceLimitError)) {
      throw err
    }

    return openInTurn(open, waiters, patience, err)
  }
}

async function openInTurn<T> (open: () => Promise<T>, waiters: LimitWaiters, patience: LimitPatience, met: ResourceLimitError): Promise<T> {
  const wait = { isGivenUp: false, leave: (): void => {} }
  const takeBack = patience(() => {
    wait.isGivenUp = true
    wait.leave()
  })

  try {
    for (let error = met; ;) {
      const { limit } = error
      const hasTurn = await new Promise<boolean>(resolve => {
        const leaveLine = waiters.join(limit, () => { resolve(true) })
        wait.leave = () => {
          leaveLine()
          resolve(false)
        }
        wait.isGivenUp && wait.leave()
      })

      if (!hasTurn) {
        throw error
      }

      const outcome = await open().then(opened => ({ opened }), (reason: unknown) => ({ reason }))

      if ('reason' in outcome && outcome.reason instanceof ResourceLimitError && outcome.reason.limit === limit) {
        // no room for this one is no room for the next
        continue
      }

      waiters.pass(limit)

      if ('opened' in outcome) {
        return outcome.opened
      }

      if (!(outcome.reason instanceof ResourceLimitError)) {
        throw outcome.reason
      }

      error = outcome.reason
    }
  } finally {
    takeBack()
  }
}
