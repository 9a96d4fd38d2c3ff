/**
 * The WebSocket multiaddr codec against the libraries of js-libp2p.
 *
 * ```sh
 * node multiaddr-ws.ts
 * ```
 *
 * Both sides of a row run in turns in one process. A time is that of the fastest
 * turn, a ratio the median of the ratios of the turns, so that what else the
 * machine does weighs on neither. Build packages/multiaddr-ws first.
 */
import { strictEqual } from 'node:assert'
import { parseWebSocketMultiaddr, toUrl } from '@libp2p-ws/multiaddr-ws'
import { multiaddr } from '@multiformats/multiaddr'
import { multiaddrToUri } from '@multiformats/multiaddr-to-uri'

const ADDRESSES = [
  '/ip4/127.0.0.1/tcp/4001/ws',
  '/ip4/203.0.113.7/tcp/443/tls/ws/p2p/12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA',
  '/ip6/2001:db8::1/tcp/4001/ws',
  '/dns4/relay.example.org/tcp/443/wss',
  '/ip4/203.0.113.7/tcp/443/tls/sni/relay.example.org/ws'
]

const TURNS = 25
const CALLS = 20_000
const COLUMN = 12

interface Row {
  name: string
  ours(): unknown
  theirs(): unknown
}

/** Nanoseconds a call. */
function time (call: () => unknown): number {
  const start = process.hrtime.bigint()
  let last: unknown

  for (let i = 0; i < CALLS; i++) {
    last = call()
  }

  const elapsed = process.hrtime.bigint() - start
  // A result that is used cannot be optimized away.
  strictEqual(last === undefined, false)

  return Number(elapsed) / CALLS
}

/** A line of the table. */
function measure ({ name, ours, theirs }: Row): string {
  const turns = Array.from({ length: TURNS }, () => ({ ours: time(ours), theirs: time(theirs) }))
  const ratios = turns.map(turn => turn.theirs / turn.ours).sort((a, b) => a - b)

  return [
    fastest(turns.map(turn => turn.ours)),
    fastest(turns.map(turn => turn.theirs)),
    (ratios[TURNS >> 1] ?? NaN).toFixed(1).padStart(COLUMN),
    `  ${name}`
  ].join('')
}

function fastest (times: number[]): string {
  return Math.min(...times).toFixed(0).padStart(COLUMN)
}

const rows = ADDRESSES.flatMap((string): Row[] => {
  const address = parseWebSocketMultiaddr(string)
  const ma = multiaddr(string)
  strictEqual(toUrl(address), multiaddrToUri(string.replace(/\/p2p\/.*/, '')))

  return [
    { name: `string → address  ${string}`, ours: () => parseWebSocketMultiaddr(string), theirs: () => multiaddr(string) },
    { name: `address → URL     ${string}`, ours: () => toUrl(address), theirs: () => multiaddrToUri(ma) },
    { name: `string → URL      ${string}`, ours: () => toUrl(string), theirs: () => multiaddrToUri(string) }
  ]
})

process.stdout.write(`${['ours, ns', 'theirs, ns', 'ratio'].map(title => title.padStart(COLUMN)).join('')}\n`)

for (const row of rows) {
  process.stdout.write(`${measure(row)}\n`)
}
