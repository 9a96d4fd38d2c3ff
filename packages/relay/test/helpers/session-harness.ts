import { RelaySession, parseServerMessage, serializeClientMessage } from '../../src/sans-io/index.ts'
import type { ClientMessage, ServerMessage, SessionLimits, SessionOutput } from '../../src/sans-io/index.ts'

export const LIMITS: SessionLimits = {
  maxFrameSize: 100,
  maxStreams: 3,
  maxListeners: 2,
  startTimeout: 30_000,
  idleTimeout: 600_000,
  stallTimeout: 60_000,
  pingInterval: 54_000,
  pongTimeout: 60_000
}

export const PEER = { peerId: '12D3Self', addresses: ['/ip4/127.0.0.1/tcp/1/ws'], key: 'CAES', public: false }

/** What came of an input: messages for the browser, and everything else. */
export interface Outcome {
  messages: ServerMessage[]
  commands: SessionOutput[]
}

/** A session with a clock of its own. */
export class SessionHarness {
  now = 0
  readonly session: RelaySession

  constructor (limits: Partial<SessionLimits> = {}) {
    this.session = new RelaySession({ ...LIMITS, ...limits }, 0)
  }

  /** With a peer, and what led there taken. */
  static running (limits?: Partial<SessionLimits>): SessionHarness {
    const harness = new SessionHarness(limits)
    harness.receive({ type: 'start', key: '' })
    harness.session.handlePeerReady(PEER, 0)
    harness.take()

    return harness
  }

  /** With a stream to a peer. */
  static connected (frames = false, limits?: Partial<SessionLimits>): SessionHarness {
    const harness = SessionHarness.running(limits)
    harness.dial(frames)
    harness.take()

    return harness
  }

  dial (frames = false): bigint | undefined {
    this.receive({ type: 'connect', frames, connectOnly: false, relay: '', protocol: '/p', peer: '12D3Far' })
    const dial = this.take().commands.find(command => command.type === 'dial')

    return dial === undefined ? undefined : this.session.handleDialResult(dial.dial, { type: 'stream', peerId: '12D3Far' }, this.now)
  }

  receive (message: ClientMessage | Uint8Array): void {
    this.session.handleMessage(message instanceof Uint8Array ? message : serializeClientMessage(message), this.now)
  }

  /** Lets time pass, stopping at each deadline. */
  advance (duration: number): void {
    const end = this.now + duration

    for (let next = this.session.pollTimeout(); next !== undefined && next <= end; next = this.session.pollTimeout()) {
      this.now = Math.max(this.now, next)
      this.session.handleTimeout(this.now)
    }

    this.now = end
  }

  take (): Outcome {
    const outcome: Outcome = { messages: [], commands: [] }

    for (let output = this.session.pollOutput(); output !== undefined; output = this.session.pollOutput()) {
      if (output.type === 'send') {
        outcome.messages.push(parseServerMessage(output.message))
      } else {
        outcome.commands.push(output)
      }
    }

    return outcome
  }
}
