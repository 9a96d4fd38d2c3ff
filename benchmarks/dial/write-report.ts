import { mkdir, writeFile } from 'node:fs/promises'
import { WARM_UP_DIALS } from './laboratory.ts'
import { plot } from './plot.ts'
import { formatMs, judgeAll, spread, toMarkdownTable, toRows } from './results.ts'
import type { Results } from './results.ts'

const DOCS = new URL('../../docs/', import.meta.url)

/** Writes results.json, docs/benchmarks-dial.md and docs/images/benchmarks-dial.svg. */
export async function writeReport (results: Results): Promise<void> {
  await mkdir(new URL('images/', DOCS), { recursive: true })
  const verdicts = judgeAll(results)
  const cases = results.cases.map(({ name, results }, index) => ({ name, ...verdicts[index], results }))
  await writeFile(new URL('results.json', import.meta.url), `${JSON.stringify({ ...results, cases }, null, 2)}\n`)
  await writeFile(new URL('benchmarks-dial.md', DOCS), toMarkdown(results))
  await writeFile(new URL('images/benchmarks-dial.svg', DOCS), plot(results))
}

function toMarkdown (results: Results): string {
  const timeouts = results.dialers.map(({ implementation, timeout }) => `${implementation} ${timeout / 1000} s`)

  return `# Time to connect

How long it takes to connect to a peer some of whose addresses do not work.
Written by \`${results.command}\`; every run is in
[benchmarks/dial/results.json](../benchmarks/dial/results.json).

![Time to connect](images/benchmarks-dial.svg)

${toMarkdownTable(toRows(results))}

- Medians of at least ${Math.min(...results.cases.flatMap(({ results }) => results.map(({ runs }) => runs.length)))} runs, of those
  that connected to every peer. The implementations take turns, run for run. Only ratios within one such table mean something. The
  machine had ${results.cores} cores and a load average of ${results.loadAverage.toFixed(1)} before the run: what it does
  besides makes times of a few ms longer than they need to be.
- The goal is what libp2p-ws has to reach: the median at most, and no socket left
  open. h is its own time for one good address and js that of js-libp2p, both of
  this table.
- "Within the noise": over by less than h itself differs from run to run, which is
  ${formatMs(spread(results.cases[0]?.results.find(({ dialer }) => dialer === 'ours')?.runs ?? []))} from the 10th to the 90th percentile.
- "n left open": TCP sockets beyond one for each connection, open or half open
  500 ms after the dial had ended; the worst run. "n sockets": all that were opened.
  "n at once": the most that were connecting, in a run of
  its own.
- "not connected": no run connected. The time is when the dialer gave up; it was
  told to at the latest after: ${timeouts.join(', ')}.
- The last three cases cannot connect: the time is until the caller was told.
- With 1.2 s round trip, 4,600 ms is what the network alone takes: 1 s until an
  address that is silent gives its slot away, and three round trips.

## How it is measured

- The dialers run in one network namespace and the peers in another, with
  addresses that look public. All peers are go-libp2p, over /ws with noise and
  yamux.
- Each dialer is one process for the whole table. It has dialed the good address
  ${WARM_UP_DIALS.toLocaleString('en')} times before anything is measured, and uses a new host for each run: nothing
  learned from earlier dials helps or hurts. Where a case says that the peer was
  dialed before, that was the same host.
- The time is from the call until the connection is there (in Go
  \`Network().DialPeer\`, which does not wait for identify either).
- dead: packets to the address are dropped without an answer.
- stalled: the TCP connection is accepted, then nothing is ever said.
- refused: nobody listens on the port.
- wrong certificate: TLS with one that is self-signed.
- The good address is the last in the list and has the highest port, so that it
  is ranked last.
- The names of the DNS cases are resolved by a name server that answers after
  3 s, or never.
- 100 ms and 1.2 s round trip: every packet is delayed by half of it, one way.
- libp2p-ws has the options of js-libp2p, with their defaults. Where the case says so,
  its \`connectionManager.dialBackoff\` is on, which [is a choice of the
  application's](decisions/0009-what-the-host-bounds-dials-by.md).

The addresses of each case are in
[benchmarks/dial/cases.ts](../benchmarks/dial/cases.ts), the goals in
[benchmarks/dial/goals.ts](../benchmarks/dial/goals.ts).
`
}
