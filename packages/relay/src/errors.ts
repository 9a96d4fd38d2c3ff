import { Libp2pWsError } from '@libp2p-ws/core'

/** The key that a browser gave belongs to a session that is still open. */
export class KeyInUseError extends Libp2pWsError {
  override readonly name = 'KeyInUseError'
  readonly code = 'ERR_KEY_IN_USE'
  readonly peerId: string

  constructor (peerId: string) {
    super(`peer key of ${peerId} is in use by another session`)
    this.peerId = peerId
  }
}

/** A Connect could not be carried out. The message is what the browser is told. */
export class ConnectError extends Libp2pWsError {
  override readonly name = 'ConnectError'
  readonly code = 'ERR_CONNECT'

  /** The peer id, or PEERID as the browser sent it where there is none in it. */
  readonly peer: string

  constructor (peer: string, message: string, cause?: unknown) {
    super(message, { cause })
    this.peer = peer
  }
}

/** An address that the relay is to listen on cannot be had. */
export class ListenError extends Libp2pWsError {
  override readonly name = 'ListenError'
  readonly code = 'ERR_LISTEN'

  /** Where the address comes from. */
  readonly option: 'port' | 'listen'

  constructor (option: 'port' | 'listen', message: string, cause: unknown) {
    super(message, { cause })
    this.option = option
  }
}
