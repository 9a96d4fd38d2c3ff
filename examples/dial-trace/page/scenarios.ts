/**
 * What is at an address: a peer that answers, a host that refuses, one that
 * accepts and then says nothing, or nothing at all.
 */
export type Behaviour = 'answers' | 'refuses' | 'stalls' | 'is dead'

export interface ScenarioAddress {
  address: string
  behaviour: Behaviour

  /** Peer routing finds it after so many ms. Default: the caller knows it. */
  foundAfter?: number
}

export interface Scenario {
  id: string
  title: string
  text: string
  addresses: ScenarioAddress[]
}

/** From the ranges kept for documentation, RFC 5737 and RFC 3849. */
const HOST = '/ip4/192.0.2'
const HOST_6 = '/ip6/2001:db8:'

export const SCENARIOS: Scenario[] = [
  {
    id: 'mixed',
    title: 'Two dead, one refused, one good',
    text: 'A stale IPv6 address goes first and gets no answer. The others are not kept waiting for it.',
    addresses: [
      { address: `${HOST_6}:1/tcp/4001/ws`, behaviour: 'is dead' },
      { address: `${HOST}.1/tcp/4001/ws`, behaviour: 'is dead' },
      { address: `${HOST}.2/tcp/4001/ws`, behaviour: 'refuses' },
      { address: `${HOST}.3/tcp/4001/ws`, behaviour: 'answers' }
    ]
  },
  {
    id: 'eight-dead',
    title: 'Eight dead, the ninth good',
    text: 'Eight dials to one peer may be in flight. After a second of silence one gives its slot to an address that was never tried.',
    addresses: [
      ...Array.from({ length: 8 }, (_, i): ScenarioAddress => ({ address: `${HOST}.${i + 1}/tcp/4001/ws`, behaviour: 'is dead' })),
      { address: `${HOST}.9/tcp/4001/ws`, behaviour: 'answers' }
    ]
  },
  {
    id: 'stalled',
    title: 'Connected, then silence',
    text: 'The first host accepts the connection and never answers the handshake. That progress holds the next dial back, for a while.',
    addresses: [
      { address: `${HOST_6}:1/tcp/4001/ws`, behaviour: 'stalls' },
      { address: `${HOST}.1/tcp/4001/ws`, behaviour: 'answers' }
    ]
  },
  {
    id: 'found-late',
    title: 'Found while dialing',
    text: 'The address that the caller has is dead. Peer routing finds another after 600 ms, and it flows into the running dial.',
    addresses: [
      { address: `${HOST}.1/tcp/4001/ws`, behaviour: 'is dead' },
      { address: `${HOST}.2/tcp/4001/ws`, behaviour: 'answers', foundAfter: 600 }
    ]
  },
  {
    id: 'unreachable',
    title: 'No way in',
    text: 'Two addresses refuse, and one cannot be dialed at all. The error has this trace, and a cause for each address.',
    addresses: [
      { address: `${HOST_6}:1/tcp/4001/ws`, behaviour: 'refuses' },
      { address: `${HOST}.1/tcp/4001/ws`, behaviour: 'refuses' },
      { address: '/ip4/0.0.0.0/tcp/4001/ws', behaviour: 'is dead' }
    ]
  }
]
