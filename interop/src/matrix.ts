import { Child, runToEnd } from './child-process.ts'
import { MUXER_PROTOCOL, SECURITY, SECURITY_PROTOCOL, TESTS } from './contract.ts'
import { whyUnsupported } from './peers.ts'
import type { ConnReport, DialReport, Listening, Security } from './contract.ts'
import type { Peer, PeerName, RemoteName } from './peers.ts'

/** For a listener to be ready, and for a dialer to dial or to run one test, ms. */
const STEP_TIMEOUT = 30_000

/** Bytes that echo and half-close send. */
export const TRANSFER_SIZE = 1_048_576

/** One combination of the matrix. */
export interface Cell {
  dialer: PeerName
  listener: PeerName
  security: Security
}

export interface CellResult extends Cell {
  ok: boolean

  /** What went wrong, in words. */
  failures: string[]
  report: DialReport
}

/** Both directions between our stack and `remote`, with each security protocol that works with it. */
export function cellsWith (remote: RemoteName): Cell[] {
  const directions = [
    { dialer: 'ours', listener: remote },
    { dialer: remote, listener: 'ours' }
  ] as const
  const supported = SECURITY.filter(security => whyUnsupported(remote, security) == null)

  return directions.flatMap(direction => supported.map(security => ({ ...direction, security })))
}

/** Peers that listen, each started when it is first dialed. */
export class Listeners {
  private readonly running = new Map<PeerName, Promise<{ child: Child, listening: Listening }>>()

  async get (peer: Peer): Promise<Listening> {
    let listener = this.running.get(peer.name)

    if (listener == null) {
      listener = this.start(peer)
      this.running.set(peer.name, listener)
    }

    return (await listener).listening
  }

  async stop (): Promise<void> {
    const listeners = await Promise.allSettled(this.running.values())
    this.running.clear()
    await Promise.all(listeners.map(async result => result.status === 'fulfilled' ? result.value.child.stop() : undefined))
  }

  private async start (peer: Peer): Promise<{ child: Child, listening: Listening }> {
    const child = new Child(peer.command, [...peer.args, 'listen', ...SECURITY.flatMap(name => ['--security', name])])

    try {
      return { child, listening: JSON.parse(await child.readLine(STEP_TIMEOUT)) }
    } catch (err) {
      await child.stop()
      throw err
    }
  }
}

/** Has `dialer` dial `listener` and run every test. What goes wrong is in the result. */
export async function runCell (dialer: Peer, listener: Peer, security: Security, listeners: Listeners): Promise<CellResult> {
  const cell = { dialer: dialer.name, listener: listener.name, security }

  try {
    const listening = await listeners.get(listener)
    const report = await dial(dialer, listening, security)
    const early = dialer.earlyMuxer && listener.earlyMuxer
    const failures = judge(report, listening, { security, early })
    return { ...cell, ok: failures.length === 0, failures, report }
  } catch (err: any) {
    return { ...cell, ok: false, failures: [err.message], report: { ok: false, dialMs: 0, tests: [] } }
  }
}

async function dial (dialer: Peer, { addrs: [address] }: Listening, security: Security): Promise<DialReport> {
  if (address == null) {
    throw new Error('the listener has no address')
  }

  const { code, stdout, stderr } = await runToEnd(dialer.command, [
    ...dialer.args, 'dial', address,
    '--security', security,
    ...TESTS.flatMap(name => ['--test', name]),
    '--size', TRANSFER_SIZE.toString(),
    '--timeout', `${STEP_TIMEOUT / 1000}s`
  ], { timeout: STEP_TIMEOUT * (TESTS.length + 2) })

  if (stdout === '') {
    throw new Error(`the dialer ended with ${code} and no report: ${stderr}`)
  }

  return JSON.parse(stdout)
}

interface Expected {
  security: Security

  /** Whether the muxer is to be settled in the security handshake. */
  early: boolean
}

/** All that is not as it should be. */
function judge (report: DialReport, listening: Listening, expected: Expected): string[] {
  if (report.connection == null) {
    return [`dial: ${report.error ?? 'no connection'}`]
  }

  const failures = TESTS.flatMap((name) => {
    const test = report.tests.find(test => test.name === name)
    return test?.ok === true ? [] : [`${name}: ${test?.error ?? 'did not run'}`]
  })
  const remote = report.tests.find(test => test.name === 'conn-state')?.remote

  failures.push(...judgeSide('dialer', report.connection, expected))

  if (remote != null) {
    failures.push(...judgeSide('listener', remote, expected))
  }

  if (report.connection.remotePeer !== listening.peerId) {
    failures.push(`dialer: connected to ${report.connection.remotePeer}, not ${listening.peerId}`)
  }

  if (earlyMuxer(report) == null) {
    failures.push('neither side can tell whether the muxer was negotiated early')
  }

  return failures
}

function judgeSide (side: string, { security, muxer, earlyMuxer }: ConnReport, expected: Expected): string[] {
  const failures: string[] = []

  if (security !== SECURITY_PROTOCOL[expected.security]) {
    failures.push(`${side}: negotiated security ${security}, not ${SECURITY_PROTOCOL[expected.security]}`)
  }

  if (muxer !== MUXER_PROTOCOL) {
    failures.push(`${side}: negotiated muxer ${muxer}, not ${MUXER_PROTOCOL}`)
  }

  if (earlyMuxer != null && earlyMuxer !== expected.early) {
    failures.push(`${side}: the muxer was ${earlyMuxer ? '' : 'not '}negotiated in the security handshake`)
  }

  return failures
}

/** Whether the muxer was settled in the security handshake, from the side that can tell. */
export function earlyMuxer (report: DialReport): boolean | null {
  const remote = report.tests.find(test => test.name === 'conn-state')?.remote
  return report.connection?.earlyMuxer ?? remote?.earlyMuxer ?? null
}
