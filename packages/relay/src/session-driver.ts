import { BrowserSocket } from './browser-socket.ts'
import { RelaySession } from './sans-io/index.ts'
import { SessionStreamDrivers } from './session-stream-drivers.ts'
import type { ConnectError } from './errors.ts'
import type { RelayLimits } from './limits.ts'
import type { HostedPeer } from './peer-network.ts'
import type { DialOutput, SessionOutput } from './sans-io/index.ts'
import type { Logger, Stream } from '@libp2p/interface'
import type { Clock, ClockTimer } from '@libp2p-ws/core'
import type { WebSocket } from 'ws'

export interface SessionDriverInit {
  socket: WebSocket
  limits: RelayLimits
  clock: Clock
  log: Logger

  /** The browser's peer, for the key of its Start. */
  startPeer(key: string): Promise<HostedPeer>
}

/**
 * Carries out what one browser's session decides: on the WebSocket, on its
 * libp2p peer and on that peer's streams.
 */
export class SessionDriver {
  readonly #socket: BrowserSocket
  readonly #clock: Clock
  readonly #log: Logger
  readonly #startPeer: (key: string) => Promise<HostedPeer>
  readonly #session: RelaySession
  readonly #streams: SessionStreamDrivers
  readonly #ended = Promise.withResolvers<void>()

  /** Settles when it is known whether there is a peer. */
  #starting: Promise<void> = Promise.resolve()
  #hosted: HostedPeer | undefined

  /** Handling and unhandling protocols, in the order in which they were asked for. */
  #listening: Promise<void> = Promise.resolve()
  #timer: { deadline: number, handle: ClockTimer } | undefined
  #isFlushing = false

  constructor ({ socket, limits, clock, log, startPeer }: SessionDriverInit) {
    this.#clock = clock
    this.#log = log
    this.#startPeer = startPeer
    this.#session = new RelaySession(limits, clock.now())
    this.#streams = new SessionStreamDrivers((id, event) => {
      this.#input(now => { this.#session.handleStreamEvent(id, event, now) })
    })
    this.#socket = new BrowserSocket(socket, limits, {
      onMessage: message => { this.#input(now => { this.#session.handleMessage(message, now) }) },
      onPong: () => { this.#input(now => { this.#session.handlePong(now) }) },
      onFull: () => { this.#input(() => { this.#session.handleBackPressure(true) }) },
      onDrained: () => { this.#input(() => { this.#session.handleBackPressure(false) }) },
      onClose: (code, reason) => { this.#handleClose(code, reason) }
    })
  }

  /** The WebSocket and the peer are gone when this settles. It never rejects. */
  get ended (): Promise<void> {
    return this.#ended.promise
  }

  start (): void {
    this.#socket.start()
    this.#flush()
  }

  close (code: number, reason: string): void {
    this.#input(() => { this.#session.close(code, reason) })
  }

  #input (handle: (now: number) => void): void {
    handle(this.#clock.now())
    this.#flush()
  }

  /** What is carried out may be the cause of more input at once. */
  #flush (): void {
    if (this.#isFlushing) {
      return
    }

    this.#isFlushing = true

    try {
      for (let output = this.#session.pollOutput(); output !== undefined; output = this.#session.pollOutput()) {
        this.#execute(output)
      }
    } finally {
      this.#isFlushing = false
      this.#setTimer()
    }
  }

  /** A timer that is too early does no harm, and most messages only move the deadline away. */
  #setTimer (): void {
    const deadline = this.#session.pollTimeout() ?? Infinity

    if (this.#timer !== undefined && this.#timer.deadline <= deadline && deadline !== Infinity) {
      return
    }

    this.#timer?.handle.cancel()
    this.#timer = deadline === Infinity ? undefined : { deadline, handle: this.#startTimer(deadline) }
  }

  #startTimer (deadline: number): ClockTimer {
    return this.#clock.setTimeout(() => {
      this.#timer = undefined
      this.#input(now => { this.#session.handleTimeout(now) })
    }, Math.max(0, deadline - this.#clock.now()))
  }

  #execute (output: SessionOutput): void {
    switch (output.type) {
      case 'send': this.#socket.send(output.message); break
      case 'ping': this.#socket.ping(); break
      case 'pause-browser': this.#socket.pause(); break
      case 'resume-browser': this.#socket.resume(); break
      case 'close': this.#socket.close(output.code, output.reason); break
      case 'terminate': this.#socket.terminate(); break
      case 'start-peer': this.#starting = this.#start(output.key); break
      case 'listen': this.#listen(output.protocol); break
      case 'unlisten': this.#unlisten(output.protocol); break
      case 'dial': void this.#dial(output); break
      default: this.#streams.execute(output)
    }
  }

  async #start (key: string): Promise<void> {
    try {
      this.#hosted = await this.#startPeer(key)
      const description = this.#hosted.peer.describe()
      this.#log('browser is peer %s', description.peerId)
      this.#input(now => { this.#session.handlePeerReady(description, now) })
    } catch (err) {
      this.#log('browser gets no peer - %e', err)
      this.#input(() => { this.#session.handlePeerFailed((err as Error).message) })
    }
  }

  #listen (protocol: string): void {
    this.#listening = this.#listening.then(async () => {
      try {
        await this.#hosted?.peer.listen(protocol, (stream, peerId) => { this.#accept(protocol, stream, peerId) })
        this.#input(now => { this.#session.handleListenResult(protocol, undefined, now) })
      } catch (err) {
        this.#input(now => { this.#session.handleListenResult(protocol, (err as Error).message, now) })
      }
    })
  }

  #unlisten (protocol: string): void {
    this.#listening = this.#listening.then(async () => {
      try {
        await this.#hosted?.peer.unlisten(protocol)
      } catch (err) {
        this.#log.error('could not stop listening for %s - %e', protocol, err)
      }
    })
  }

  async #dial (output: DialOutput): Promise<void> {
    try {
      const dialed = await this.#hosted?.peer.dial(output)

      if (dialed?.stream === undefined) {
        this.#input(now => { this.#session.handleDialResult(output.dial, { type: 'connected' }, now) })
      } else {
        const { stream, peerId } = dialed
        this.#adopt(stream, now => this.#session.handleDialResult(output.dial, { type: 'stream', peerId }, now))
      }
    } catch (err) {
      const { peer, message } = err as ConnectError
      this.#input(now => { this.#session.handleDialResult(output.dial, { type: 'failed', peer, error: message }, now) })
    }
  }

  #accept (protocol: string, stream: Stream, peerId: string): void {
    this.#adopt(stream, now => this.#session.handleStream(protocol, peerId, now))
  }

  #adopt (stream: Stream, announce: (now: number) => bigint | undefined): void {
    const id = announce(this.#clock.now())

    if (id === undefined) {
      stream.abort(new Error('the browser takes no more streams'))
    } else {
      this.#streams.add(id, stream)
    }

    this.#flush()
  }

  #handleClose (code: number, reason: string): void {
    this.#log('browser is gone: %d %s', code, reason)
    this.#input(() => { this.#session.handleBrowserClosed() })
    void this.#end()
  }

  /** A peer that is still being made is waited for, since it holds its key. */
  async #end (): Promise<void> {
    try {
      await this.#starting
      this.#hosted?.closing()
      this.#hosted?.peer.cancelDials()
      await this.#streams.flushed()
      await this.#hosted?.stop()
    } catch (err) {
      this.#log.error('could not stop a peer - %e', err)
    } finally {
      this.#ended.resolve()
    }
  }
}
