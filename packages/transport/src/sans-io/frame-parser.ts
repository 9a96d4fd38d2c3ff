import {
  BINARY, byteAt, CLOSE, CONTINUATION, FIN_BIT, headerLength, INVALID_PAYLOAD, isCloseCode, LENGTH_BITS, MASK_BIT, MAX_CONTROL_PAYLOAD,
  MAX_HEADER_LENGTH, MESSAGE_TOO_BIG, NO_STATUS, OPCODE_BITS, payloadLength, PING, PONG, PROTOCOL_ERROR, RESERVED_BITS, TEXT, uint32At
} from './frame.ts'
import { applyMask } from './mask.ts'
import { Utf8Validator } from './utf8-validator.ts'

/** What a parser found, in order. */
export type FrameOutput =
  /** Of a message: bytes of what came in, unmasked. Of an empty message there is none. */
  | { type: 'payload', bytes: Uint8Array }

  /** The payload is to be sent back in a pong. */
  | { type: 'ping', payload: Uint8Array }
  | { type: 'pong', payload: Uint8Array }

  /** Nothing comes after it. `code` is 1005 where the frame has none. */
  | { type: 'close', code: number, reason: Uint8Array }

  /** RFC 6455 or a limit does not allow what came. Nothing comes after it. `code` is for the close frame. */
  | { type: 'violation', code: number, message: string }

export interface FrameParserOptions {
  /** Whether the far end masks, RFC 6455 section 5.1: a client must, a server must not. */
  masked: boolean

  /** Largest message in bytes, all its fragments together. */
  maxPayload: number
}

const NOTHING: Uint8Array = new Uint8Array()

// header ──> payload ──> header, until ──> over (a close frame or a violation)

/**
 * Reads WebSocket frames, RFC 6455 section 5, out of bytes as they come. Payload is
 * passed on as views of these bytes, fragment by fragment: nothing is assembled.
 */
export class FrameParser {
  readonly #masked: boolean
  readonly #maxPayload: number

  #bytes: Uint8Array = NOTHING
  #offset = 0
  #over = false

  /** A header that did not come in one piece. */
  #header: Uint8Array | undefined
  #headerLength = 0

  /** Of the frame whose payload comes. */
  #first = 0
  #mask = 0
  #phase = 0
  #left = 0
  #control: Uint8Array | undefined

  /** Of the message that is not complete; 0 between messages. */
  #message = 0
  #messageLength = 0
  #utf8: Utf8Validator | undefined

  constructor ({ masked, maxPayload }: FrameParserOptions) {
    this.#masked = masked
    this.#maxPayload = maxPayload
  }

  /** Bytes are left that `pollOutput` has not looked at. */
  get pending (): boolean {
    return !this.#over && this.#offset < this.#bytes.byteLength
  }

  /** Text or binary, the type of the message that is not complete; 0 between messages. */
  get messageOpcode (): number {
    return this.#message
  }

  /** Takes `bytes` for its own, and unmasks in place. Only while nothing is pending. */
  handleData (bytes: Uint8Array): void {
    this.#bytes = bytes
    this.#offset = 0
  }

  /** Undefined when more bytes are needed, and when it is over. */
  pollOutput (): FrameOutput | undefined {
    while (this.pending) {
      const output = this.#left > 0 ? this.#readPayload() : this.#readHeader()

      if (output !== undefined) {
        return output
      }
    }

    this.#bytes = NOTHING
    this.#offset = 0

    return undefined
  }

  #readHeader (): FrameOutput | undefined {
    const available = this.#bytes.byteLength - this.#offset

    if (this.#header === undefined && available >= 2 && available >= headerLength(byteAt(this.#bytes, this.#offset + 1))) {
      const offset = this.#offset
      this.#offset += headerLength(byteAt(this.#bytes, offset + 1))

      return this.#beginFrame(this.#bytes, offset)
    }

    return this.#collectHeader()
  }

  #collectHeader (): FrameOutput | undefined {
    const header = this.#header ??= new Uint8Array(MAX_HEADER_LENGTH)
    header[this.#headerLength++] = byteAt(this.#bytes, this.#offset++)

    if (this.#headerLength < 2) {
      return undefined
    }

    if (this.#headerLength < headerLength(byteAt(header, 1))) {
      // there may be nothing behind a header like that
      return this.#headerLength === 2 ? this.#checkStart(byteAt(header, 0), byteAt(header, 1)) : undefined
    }

    this.#header = undefined
    this.#headerLength = 0

    return this.#beginFrame(header, 0)
  }

  #beginFrame (header: Uint8Array, offset: number): FrameOutput | undefined {
    const first = byteAt(header, offset)
    const second = byteAt(header, offset + 1)
    const violation = this.#checkStart(first, second)

    if (violation !== undefined) {
      return violation
    }

    this.#first = first
    this.#left = payloadLength(header, offset)
    this.#mask = this.#masked ? uint32At(header, offset + headerLength(second) - 4) : 0
    this.#phase = 0

    if ((first & OPCODE_BITS) >= CLOSE) {
      this.#control = NOTHING
    } else {
      this.#messageLength += this.#left

      if (this.#messageLength > this.#maxPayload) {
        return this.#violation(MESSAGE_TOO_BIG, `a message of more than ${this.#maxPayload} bytes`)
      }

      this.#beginMessage(first & OPCODE_BITS)
    }

    return this.#left === 0 ? this.#endFrame() : undefined
  }

  /** What the first two bytes alone forbid. */
  #checkStart (first: number, second: number): FrameOutput | undefined {
    const opcode = first & OPCODE_BITS

    if ((first & RESERVED_BITS) !== 0) {
      return this.#violation(PROTOCOL_ERROR, 'a reserved bit is set')
    }

    if ((second & MASK_BIT) !== 0 !== this.#masked) {
      return this.#violation(PROTOCOL_ERROR, this.#masked ? 'a frame without a mask' : 'a frame with a mask')
    }

    if (opcode >= CLOSE) {
      return this.#checkControl(opcode, first, second & LENGTH_BITS)
    }

    if (opcode > BINARY) {
      return this.#violation(PROTOCOL_ERROR, `reserved opcode ${opcode}`)
    }

    if (opcode === CONTINUATION !== (this.#message !== 0)) {
      return this.#violation(PROTOCOL_ERROR, opcode === CONTINUATION ? 'a continuation of nothing' : 'a message inside another')
    }

    return undefined
  }

  #checkControl (opcode: number, first: number, length: number): FrameOutput | undefined {
    if (opcode > PONG) {
      return this.#violation(PROTOCOL_ERROR, `reserved opcode ${opcode}`)
    }

    if ((first & FIN_BIT) === 0) {
      return this.#violation(PROTOCOL_ERROR, 'a fragmented control frame')
    }

    return length > MAX_CONTROL_PAYLOAD ? this.#violation(PROTOCOL_ERROR, `a control frame of more than ${MAX_CONTROL_PAYLOAD} bytes`) : undefined
  }

  #beginMessage (opcode: number): void {
    if (opcode === CONTINUATION) {
      return
    }

    this.#message = opcode

    if (opcode === TEXT) {
      this.#utf8 = new Utf8Validator()
    }
  }

  #readPayload (): FrameOutput | undefined {
    const length = Math.min(this.#left, this.#bytes.byteLength - this.#offset)
    const bytes = new Uint8Array(this.#bytes.buffer, this.#bytes.byteOffset + this.#offset, length)
    this.#offset += length
    this.#left -= length

    if (this.#masked) {
      applyMask(bytes, this.#mask, this.#phase)
      this.#phase = this.#phase + length & 3
    }

    if (this.#control !== undefined) {
      this.#control = join(this.#control, bytes)
    } else if (this.#utf8?.push(bytes) === false) {
      return this.#invalidText()
    }

    return (this.#left === 0 ? this.#endFrame() : undefined) ?? (this.#control === undefined ? { type: 'payload', bytes } : undefined)
  }

  /** Undefined for a data frame that is as it should be. */
  #endFrame (): FrameOutput | undefined {
    if (this.#control !== undefined) {
      const payload = this.#control
      this.#control = undefined

      return this.#controlOutput(this.#first & OPCODE_BITS, payload)
    }

    if ((this.#first & FIN_BIT) === 0) {
      return undefined
    }

    if (this.#utf8?.complete === false) {
      return this.#invalidText()
    }

    this.#message = 0
    this.#messageLength = 0
    this.#utf8 = undefined

    return undefined
  }

  #controlOutput (opcode: number, payload: Uint8Array): FrameOutput {
    return opcode === CLOSE ? this.#close(payload) : { type: opcode === PING ? 'ping' : 'pong', payload }
  }

  #close (payload: Uint8Array): FrameOutput {
    const code = payload.byteLength === 0 ? NO_STATUS : byteAt(payload, 0) << 8 | byteAt(payload, 1)
    const reason = payload.subarray(2)
    const utf8 = new Utf8Validator()

    if (payload.byteLength === 1) {
      return this.#violation(PROTOCOL_ERROR, 'a close frame of one byte')
    }

    if (payload.byteLength > 0 && !isCloseCode(code)) {
      return this.#violation(PROTOCOL_ERROR, `close code ${code}`)
    }

    if (!utf8.push(reason) || !utf8.complete) {
      return this.#violation(INVALID_PAYLOAD, 'a close reason that is not UTF-8')
    }

    this.#over = true

    return { type: 'close', code, reason }
  }

  #invalidText (): FrameOutput {
    return this.#violation(INVALID_PAYLOAD, 'text that is not UTF-8')
  }

  #violation (code: number, message: string): FrameOutput {
    this.#over = true

    return { type: 'violation', code, message }
  }
}

/** Copies, so that what answers a control frame keeps none of the bytes around it. */
function join (a: Uint8Array, b: Uint8Array): Uint8Array {
  const joined = new Uint8Array(a.byteLength + b.byteLength)
  joined.set(a)
  joined.set(b, a.byteLength)

  return joined
}
