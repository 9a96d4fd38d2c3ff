import { Libp2pWsError } from '@libp2p-ws/core'
import type { UndialableReason } from './browser/eligibility.ts'

/** How far a dial had come. */
export type ConnectPhase = 'resolve' | 'tcp' | 'tls' | 'upgrade'

/** No WebSocket was opened; `cause` is what the phase failed with. */
export class WebSocketConnectError extends Libp2pWsError {
  override readonly name = 'WebSocketConnectError'
  readonly code = 'ERR_WEBSOCKET_CONNECT'

  /** The URL that was dialed. */
  readonly url: string
  readonly phase: ConnectPhase

  /** The HTTP status, when the far end answered the upgrade with something other than 101. */
  readonly status: number | undefined

  constructor (url: string, phase: ConnectPhase, message: string, options: { status?: number, cause?: unknown } = {}) {
    super(`could not connect to ${url}: ${message}`, options.cause === undefined ? undefined : { cause: options.cause })
    this.url = url
    this.phase = phase
    this.status = options.status
  }
}

/** A browser that opens no WebSocket to such an address; it was not tried. */
export class UndialableAddressError extends Libp2pWsError {
  override readonly name = 'UndialableAddressError'
  readonly code = 'ERR_UNDIALABLE_ADDRESS'
  readonly url: string
  readonly reason: UndialableReason

  constructor (url: string, reason: UndialableReason) {
    super(`a browser cannot dial ${url} from here: ${reason}`)
    this.url = url
    this.reason = reason
  }
}

/** The far end closed the WebSocket with a code that is no normal end, or without any. */
export class WebSocketClosedError extends Libp2pWsError {
  override readonly name = 'WebSocketClosedError'
  readonly code = 'ERR_WEBSOCKET_CLOSED'

  /** RFC 6455 section 7.4; 1006 when no close frame came. */
  readonly closeCode: number
  readonly reason: string

  constructor (closeCode: number, reason: string, cause?: unknown) {
    super(`WebSocket closed by the far end with code ${closeCode}${reason === '' ? '' : ` (${reason})`}`, cause === undefined ? undefined : { cause })
    this.closeCode = closeCode
    this.reason = reason
  }
}

/** The far end sent something that RFC 6455 or a limit of ours does not allow. */
export class WebSocketProtocolError extends Libp2pWsError {
  override readonly name = 'WebSocketProtocolError'
  readonly code = 'ERR_WEBSOCKET_PROTOCOL'

  constructor (cause: Error) {
    super(`invalid WebSocket frame: ${cause.message}`, { cause })
  }
}

/** The far end is gone: it answered no ping. */
export class KeepAliveTimeoutError extends Libp2pWsError {
  override readonly name = 'KeepAliveTimeoutError'
  readonly code = 'ERR_KEEP_ALIVE_TIMEOUT'

  constructor (timeout: number) {
    super(`nothing received for ${timeout} ms after a ping`)
  }
}

/** The far end did not answer a close in time. */
export class CloseTimeoutError extends Libp2pWsError {
  override readonly name = 'CloseTimeoutError'
  readonly code = 'ERR_CLOSE_TIMEOUT'

  constructor (timeout: number) {
    super(`no answer to close within ${timeout} ms`)
  }
}

/** This runtime cannot listen. */
export class CannotListenError extends Libp2pWsError {
  override readonly name = 'CannotListenError'
  readonly code = 'ERR_CANNOT_LISTEN'

  constructor () {
    super('a browser cannot listen for WebSockets')
  }
}

/** The bytes of the connection are those of a layer that asked for its channel. */
export class ChannelTakenError extends Libp2pWsError {
  override readonly name = 'ChannelTakenError'
  readonly code = 'ERR_CHANNEL_TAKEN'

  constructor () {
    super('the channel of the connection was taken')
  }
}
