/** What the choice between two connections to one peer depends on. */
export interface ConnectionFacts {
  /** A relay allows it only so many bytes or seconds. */
  limited: boolean

  /** False when a relay carries it. */
  direct: boolean

  /** Open streams. */
  streams: number

  /** Dialed by the peer with the smaller id, see `isPreferred`. */
  preferred: boolean
}

/**
 * The index of the connection that new streams should go to, -1 for none:
 * unlimited before limited, then direct before relayed, then most streams
 * (go-libp2p `isBetterConn`), then the preferred one, then the last one opened.
 */
export function bestConnection (connections: readonly ConnectionFacts[]): number {
  let best = -1

  for (let i = 0; i < connections.length; i++) {
    const candidate = connections[i]
    const holder = connections[best]

    if (candidate != null && (holder == null || isAtLeastAsGood(candidate, holder))) {
      best = i
    }
  }

  return best
}

function isAtLeastAsGood (a: ConnectionFacts, b: ConnectionFacts): boolean {
  if (a.limited !== b.limited) {
    return !a.limited
  }

  if (a.direct !== b.direct) {
    return a.direct
  }

  if (a.streams !== b.streams) {
    return a.streams > b.streams
  }

  return a.preferred || !b.preferred
}

/**
 * Two peers that dial each other at the same moment have two connections. Both
 * ends prefer the one that the peer with the smaller id dialed: they come to the
 * same answer without a word on the wire.
 */
export function isPreferred (localPeer: string, remotePeer: string, direction: 'inbound' | 'outbound'): boolean {
  return (localPeer < remotePeer) === (direction === 'outbound')
}
