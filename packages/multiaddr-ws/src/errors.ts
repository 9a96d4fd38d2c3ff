import { InvalidValueError } from '@libp2p-ws/core'

/** An input can be megabytes long; a message should not be. */
const MAX_PRINTED_LENGTH = 256

/**
 * A multiaddr, URL or address object is not a WebSocket address. The message
 * has the offending part and the input, each cut at 256 characters.
 */
export class WebSocketAddressError extends InvalidValueError {
  override readonly name = 'WebSocketAddressError'
  override readonly code = 'ERR_INVALID_WEBSOCKET_ADDRESS'

  /**
   * What is wrong in `value`, as it is written there, such as `/tcp/65536`;
   * empty where something is missing at the end.
   */
  readonly part: string

  constructor (parameter: string, value: unknown, part: string, reason: string) {
    super(parameter, value, `${parameter} ${describe(value)}: ${part === '' ? '' : `${quote(part)}: `}${reason}`)
    this.part = part
  }
}

function describe (value: unknown): string {
  return isPlainObject(value) ? cut(toText(value)) : quote(toText(value))
}

/** The value in text, whatever it is; JSON for a plain object. */
export function toText (value: unknown): string {
  try {
    return isPlainObject(value) ? JSON.stringify(value) : String(value)
  } catch {
    return 'unprintable'
  }
}

/** A Multiaddr and a URL have a toString of their own. */
function isPlainObject (value: unknown): boolean {
  return typeof value === 'object' && value?.toString === Object.prototype.toString
}

/** JSON's quotes show control characters that would otherwise reach a terminal or a log. */
function quote (text: string): string {
  return JSON.stringify(cut(text))
}

function cut (text: string): string {
  return text.length <= MAX_PRINTED_LENGTH ? text : `${text.slice(0, MAX_PRINTED_LENGTH)}…`
}
