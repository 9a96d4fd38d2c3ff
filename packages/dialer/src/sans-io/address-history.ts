/** What is remembered of one address of a peer. Times are ms since the epoch. */
export interface AddressOutcome {
  /** Without the peer id. */
  address: string
  lastSuccess?: number
  lastFailure?: number

  /** From the socket to the usable connection, at the last success, ms. */
  handshake?: number
}

/** The address to try first: the one that worked last, unless it has failed since. */
export function favoriteAddress (outcomes: readonly AddressOutcome[]): string | undefined {
  let favorite: AddressOutcome | undefined

  for (const outcome of outcomes) {
    const { lastSuccess = -Infinity, lastFailure = -Infinity } = outcome

    if (lastSuccess > lastFailure && lastSuccess > (favorite?.lastSuccess ?? -Infinity)) {
      favorite = outcome
    }
  }

  return favorite?.address
}

/** `fresh` laid over `known`. Keeps the `limit` addresses that worked last, or else were tried last. */
export function mergeOutcomes (known: readonly AddressOutcome[], fresh: readonly AddressOutcome[], limit: number): AddressOutcome[] {
  const merged = new Map(known.map(outcome => [outcome.address, outcome]))

  for (const outcome of fresh) {
    merged.set(outcome.address, { ...merged.get(outcome.address), ...outcome })
  }

  return [...merged.values()].sort(worthKeeping).slice(0, limit)
}

function worthKeeping (a: AddressOutcome, b: AddressOutcome): number {
  return (b.lastSuccess ?? 0) - (a.lastSuccess ?? 0) || (b.lastFailure ?? 0) - (a.lastFailure ?? 0)
}
