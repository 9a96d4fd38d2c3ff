import { parseClientMessage } from './client-codec.ts'
import { limitReached } from './limit-reached.ts'
import { Liveness } from './liveness.ts'
import { OutputQueue } from './output-queue.ts'
import { SessionDials } from './session-dials.ts'
import { SessionListeners } from './session-listeners.ts'
import { SessionStreams } from './session-streams.ts'
import type { ClientMessage, ConnectMessage, StreamId } from './messages.ts'
import type { DialResult, SessionLimits, SessionOutput, SessionPeer, StreamEvent } from './session-io.ts'

/*
 *                 Start               peer is up
 *   wait-start ──────────▶ wait-peer ─────────────▶ running
 *       │                      │                       │
 *       │ anything else,       │ bad key, key in use,  │ idleTimeout,
 *       │ startTimeout         │ peer does not start   │ pongTimeout
 *       └──────────────────────┼───────────────────────┘
 *                              ▼     browser is gone, at any time
 *                            closed ◀────────────────────────────
 */

/** Messages that come in `wait-peer` are kept until `running`. */
export type SessionState = 'wait-start' | 'wait-peer' | 'running' | 'closed'

/** RFC 6455, 7.4.1: a policy of the server was violated. */
const POLICY_VIOLATION = 1008

/**
 * One browser at the relay: what it may say when, and what comes of it. Inputs
 * are the `handle` methods, each with the time; after any of them a driver
 * carries out what `pollOutput` gives and comes back at `pollTimeout`.
 */
export class RelaySession {
  readonly #limits: SessionLimits
  readonly #outputs = new OutputQueue()
  readonly #streams: SessionStreams
  readonly #liveness: Liveness
  readonly #listeners: SessionListeners
  readonly #dials: SessionDials
  #state: SessionState = 'wait-start'

  /** Messages of `wait-peer`. */
  readonly #early: Uint8Array[] = []
  #browserPaused = false

  /** The WebSocket was upgraded at `now`. */
  constructor (limits: SessionLimits, now: number) {
    this.#limits = limits
    this.#streams = new SessionStreams(this.#outputs, limits)
    this.#listeners = new SessionListeners(this.#outputs, limits)
    this.#dials = new SessionDials(this.#outputs)
    this.#liveness = new Liveness(limits, now)
    this.#outputs.send({ type: 'hello', started: false })
  }

  get state (): SessionState {
    return this.#state
  }

  pollOutput (): SessionOutput | undefined {
    return this.#outputs.poll()
  }

  /** When to call `handleTimeout`, unless another input comes first. */
  pollTimeout (): number | undefined {
    const next = Math.min(this.#liveness.pollTimeout() ?? Infinity, this.#streams.pollTimeout() ?? Infinity)

    return next === Infinity ? undefined : next
  }

  /** The browser sent a message. The session owns its bytes from here on. */
  handleMessage (bytes: Uint8Array, now: number): void {
    this.#liveness.handleSign(now)

    if (this.#state === 'wait-peer') {
      this.#early.push(bytes)
    } else if (this.#state !== 'closed') {
      this.#dispatch(bytes, now)
    }

    this.#settle(now)
  }

  /** The browser answered a ping. */
  handlePong (now: number): void {
    this.#liveness.handleSign(now)
  }

  /** The WebSocket is gone, by whoever's doing. */
  handleBrowserClosed (): void {
    this.#shutDown('the browser is gone')
  }

  /** Ends the session for a reason outside it, such as a relay that stops. */
  close (code: number, reason: string): void {
    if (this.#state !== 'closed') {
      this.#outputs.push({ type: 'close', code, reason })
      this.#shutDown(reason)
    }
  }

  /** More waits to be sent to the browser than should, or little enough again. */
  handleBackPressure (isFull: boolean): void {
    this.#outputs.push({ type: isFull ? 'pause-streams' : 'resume-streams' })
  }

  handlePeerReady (peer: SessionPeer, now: number): void {
    if (this.#state !== 'wait-peer') {
      return
    }

    this.#state = 'running'
    this.#outputs.send({ type: 'hello', started: true })
    this.#outputs.send({ type: 'identify', ...peer })

    for (const bytes of this.#early.splice(0)) {
      this.#dispatch(bytes, now)
    }

    this.#settle(now)
  }

  /** There will be no peer: a bad key, a key in use, no address to listen on. */
  handlePeerFailed (reason: string): void {
    if (this.#state === 'wait-peer') {
      this.#refuse(reason)
    }
  }

  /** What came of a `listen`: `error` when there is no listener. */
  handleListenResult (protocol: string, error: string | undefined, now: number): void {
    if (error === undefined) {
      this.#listeners.confirm(protocol)
    } else {
      this.#listeners.fail(protocol, error)
    }

    this.#settle(now)
  }

  /**
   * A peer opened a stream to one of the browser's protocols.
   *
   * @returns its number, or nothing when it has to be reset
   */
  handleStream (protocol: string, peerId: string, now: number): StreamId | undefined {
    const frames = this.#listeners.framesOf(protocol)

    if (this.#state !== 'running' || frames === undefined) {
      return undefined
    }

    if (this.#isFull()) {
      this.#streams.refuseIncoming()
      return undefined
    }

    const id = this.#streams.add({ peerId, protocol, incoming: true, frames })
    this.#settle(now)

    return id
  }

  /**
   * What came of a `dial`.
   *
   * @returns the number of a stream that it made, or nothing when that has to be reset
   */
  handleDialResult (dial: number, result: DialResult, now: number): StreamId | undefined {
    const connect = this.#dials.take(dial)
    let id: StreamId | undefined

    if (connect !== undefined && result.type === 'failed') {
      this.#dials.refuse(connect, result.peer, result.error)
    } else if (connect !== undefined && result.type === 'stream') {
      id = this.#streams.add({ peerId: result.peerId, protocol: connect.protocol, incoming: false, frames: connect.frames })
    }

    this.#settle(now)

    return id
  }

  handleStreamEvent (id: StreamId, event: StreamEvent, now: number): void {
    this.#streams.handleEvent(id, event, now)
    this.#settle(now)
  }

  handleTimeout (now: number): void {
    for (let name = this.#liveness.handleTimeout(now); name !== undefined; name = this.#liveness.handleTimeout(now)) {
      switch (name) {
        case 'ping': this.#outputs.push({ type: 'ping' }); break
        case 'pong': this.#terminate(limitReached(this.#limits, 'pongTimeout')); break
        case 'start': this.#refuse(limitReached(this.#limits, 'startTimeout')); break
        default: this.#refuse(limitReached(this.#limits, 'idleTimeout'))
      }
    }

    this.#streams.handleTimeout(now)
    this.#settle(now)
  }

  #dispatch (bytes: Uint8Array, now: number): void {
    let message: ClientMessage

    try {
      message = parseClientMessage(bytes)
    } catch (err) {
      this.#reject((err as Error).message)
      return
    }

    if (this.#state === 'wait-start') {
      this.#start(message)
      return
    }

    switch (message.type) {
      // As in zot/libp2p-websocket, a peer that is up ignores another Start.
      case 'start': break
      case 'listen': this.#listeners.listen(message.protocol, message.frames); break
      case 'stop': this.#stop(message.protocol, message.retain, now); break
      case 'close': this.#streams.closeWrite(message.id); break
      case 'data': this.#streams.write(message.id, message.data); break
      default: this.#connect(message)
    }
  }

  #start (message: ClientMessage): void {
    if (message.type !== 'start') {
      this.#refuse(`Start has to come first, not ${message.type}`)
      return
    }

    this.#state = 'wait-peer'
    this.#liveness.handleStart()
    this.#outputs.push({ type: 'start-peer', key: message.key })
  }

  #stop (protocol: string, retain: boolean, now: number): void {
    if (this.#listeners.stop(protocol) && !retain) {
      this.#streams.closeIncoming(protocol, now)
    }
  }

  #connect (message: ConnectMessage): void {
    if (this.#isFull()) {
      this.#dials.refuse(message, message.peer, limitReached(this.#limits, 'maxStreams'))
    } else {
      this.#dials.start(message)
    }
  }

  #isFull (): boolean {
    return this.#streams.size + this.#dials.size >= this.#limits.maxStreams
  }

  /** The message is not carried out; before there is a peer, that is the end. */
  #reject (reason: string): void {
    if (this.#state === 'running') {
      this.#outputs.send({ type: 'protocol-error', message: reason })
    } else {
      this.#refuse(reason)
    }
  }

  #refuse (reason: string): void {
    this.#outputs.send({ type: 'protocol-error', message: reason })
    this.close(POLICY_VIOLATION, reason)
  }

  #terminate (reason: string): void {
    this.#outputs.push({ type: 'terminate', reason })
    this.#shutDown(reason)
  }

  #shutDown (reason: string): void {
    this.#state = 'closed'
    this.#streams.abandon(reason)
    this.#liveness.stop()
    this.#listeners.clear()
    this.#dials.clear()
    this.#early.length = 0
  }

  /** Brings what follows from the state up to date with it. */
  #settle (now: number): void {
    if (this.#state === 'closed') {
      return
    }

    const pause = this.#state === 'wait-peer' || this.#streams.isBlocked
    const isIdle = this.#state === 'running' && this.#streams.size + this.#dials.size + this.#listeners.size === 0

    if (pause !== this.#browserPaused) {
      this.#browserPaused = pause
      this.#outputs.push({ type: pause ? 'pause-browser' : 'resume-browser' })
      this.#liveness.setPaused(pause, now)
    }

    this.#liveness.setIdle(isIdle, now)
  }
}
