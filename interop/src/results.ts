import { earlyMuxer } from './matrix.ts'
import type { ConnReport, TestName } from './contract.ts'
import type { CellResult } from './matrix.ts'
import type { Peer } from './peers.ts'

const TEST_COLUMNS: Array<[TestName, string]> = [
  ['ping', 'ping'],
  ['echo', 'echo 1 MiB'],
  ['half-close', 'half-close 1 MiB'],
  ['reset', 'reset']
]

/** The results as rows of text, the first of them the header. */
function toRows (results: CellResult[], peers: Peer[]): string[][] {
  const title = (name: string): string => peers.find(peer => peer.name === name)?.implementation ?? name
  const header = ['dialer', 'listener', 'security', 'muxer', 'early muxer', ...TEST_COLUMNS.map(([, column]) => column), 'result']

  return [header, ...results.map(({ dialer, listener, report, security, ok }) => [
    title(dialer),
    title(listener),
    report.connection?.security ?? security,
    report.connection?.muxer ?? '-',
    { true: 'yes', false: 'no', null: '-' }[`${earlyMuxer(report)}`],
    ...TEST_COLUMNS.map(([name]) => {
      const test = report.tests.find(test => test.name === name)
      return test?.ok === true ? `ok ${test.ms.toFixed(1)} ms` : 'failed'
    }),
    ok ? 'ok' : 'FAILED'
  ])]
}

/** A table for the terminal. */
export function toTable (results: CellResult[], peers: Peer[]): string {
  return pad(toRows(results, peers)).map(row => row.join('  ').trimEnd()).join('\n')
}

export function toMarkdown (results: CellResult[], peers: Peer[]): string {
  const [header = [], ...rows] = pad(toRows(results, peers))
  const line = (cells: string[]): string => `| ${cells.join(' | ')} |`

  return `# Interop results

Written by \`pnpm interop\`. Each row is one connection over /ws, on loopback; all
tests of a row run on it, one after the other. "Early muxer" says whether the
muxer was settled in the security handshake. The times are of single runs that
begin in a cold process: they show that it works, not how fast it is.

${[line(header), line(header.map(cell => '-'.repeat(cell.length))), ...rows.map(line)].join('\n')}
${notRun(peers).map(({ security, implementation, why }) => `\nNot run: ${security} with ${implementation}. ${why}.\n`).join('')}`
}

/** The security protocols that do not work with one of the peers. */
function notRun (peers: Peer[]): Array<{ implementation: string, security: string, why: string }> {
  return peers.flatMap(({ implementation, unsupported = {} }) => {
    return Object.entries(unsupported).map(([security, why]) => ({ implementation, security, why }))
  })
}

export function toJSON (results: CellResult[], peers: Peer[]): string {
  return `${JSON.stringify({
    command: 'pnpm interop',
    peers: Object.fromEntries(peers.map(({ name, implementation }) => [name, implementation])),
    node: process.versions.node,
    notRun: notRun(peers),
    results: results.map(({ dialer, listener, security, ok, failures, report }) => ({
      dialer,
      listener,
      security,
      ok,
      failures,
      dialMs: round(report.dialMs),
      dialerNegotiated: negotiated(report.connection),
      listenerNegotiated: negotiated(report.tests.find(test => test.name === 'conn-state')?.remote),
      tests: Object.fromEntries(report.tests.map(({ name, ok, ms }) => [name, { ok, ms: round(ms) }]))
    }))
  }, null, 2)}\n`
}

function negotiated (side?: ConnReport): Pick<ConnReport, 'security' | 'muxer' | 'earlyMuxer'> | null {
  return side == null ? null : { security: side.security, muxer: side.muxer, earlyMuxer: side.earlyMuxer }
}

function round (ms: number): number {
  return Math.round(ms * 10) / 10
}

function pad (rows: string[][]): string[][] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0))) ?? []
  return rows.map(row => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)))
}
