import { headerProblem, readClose, violation } from './frame-rules.ts'
import { byteAt, CLOSE, CONTINUATION, FIN_BIT, headerLength, INVALID_PAYLOAD, MAX_HEADER_LENGTH, MESSAGE_TOO_BIG, OPCODE_BITS, payloadLength, PING, PROTOCOL_ERROR, TEXT, uint32At } from './frame.ts'
import { applyMask } from './mask.ts'
import { join } from './messages.ts'
import { Utf8Validator } from './utf8-validator.ts'
import type { FrameOutput } from './frame-output.ts'

export interface FrameParserOptions {
  /** Whether the far end masks, RFC 6455 section 5.1: a client must, a server must not. */
  masked: boolean

  /** Largest message in bytes, all its fragments together. */
  maxPayload: number

  /** Say where messages end. Default: false. */
  boundaries?: boolean
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
  readonly #boundaries: boolean

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

  /** Of a message whose end is still to be said; 0 when there is none. */
  #ended = 0

  constructor ({ masked, maxPayload, boundaries = false }: FrameParserOptions) {
    this.#masked = masked
    this.#maxPayload = maxPayload
    this.#boundaries = boundaries
  }

  /** Bytes are left that `pollOutput` has not looked at. */
  get pending (): boolean {
    return !this.#over && this.#offset < this.#bytes.byteLength
  }

  /** Takes `bytes` for its own, and unmasks in place. Only while nothing is pending. */
  handleData (bytes: Uint8Array): void {
    this.#bytes = bytes
    this.#offset = 0
  }

  /** Undefined when more bytes are needed, and when it is over. */
  pollOutput (): FrameOutput | undefined {
    if (this.#ended !== 0) {
      const opcode = this.#ended
      this.#ended = 0

      return { type: 'end', opcode }
    }

    while (this.pending) {
      const output = this.#left > 0 ? this.#readPayload() : this.#readHeader()

      if (output !== undefined || this.#ended !== 0) {
        return output ?? this.pollOutput()
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
    const problem = this.#checkStart(first, second)

    if (problem !== undefined) {
      return problem
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
        return this.#end(violation(MESSAGE_TOO_BIG, `a message of more than ${this.#maxPayload} bytes`))
      }

      this.#beginMessage(first & OPCODE_BITS)
    }

    return this.#left === 0 ? this.#endFrame() : undefined
  }

  /** What the first two bytes alone forbid. */
  #checkStart (first: number, second: number): FrameOutput | undefined {
    const problem = headerProblem(first, second, { masked: this.#masked, inMessage: this.#message !== 0 })

    return problem === undefined ? undefined : this.#end(violation(PROTOCOL_ERROR, problem))
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
      // a copy, so that what answers a control frame keeps none of the bytes around it
      this.#control = join([this.#control, bytes])
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

    this.#ended = this.#boundaries ? this.#message : 0
    this.#message = 0
    this.#messageLength = 0
    this.#utf8 = undefined

    return undefined
  }

  #controlOutput (opcode: number, payload: Uint8Array): FrameOutput {
    if (opcode === CLOSE) {
      return this.#end(readClose(payload))
    }

    return { type: opcode === PING ? 'ping' : 'pong', payload }
  }

  #invalidText (): FrameOutput {
    return this.#end(violation(INVALID_PAYLOAD, 'text that is not UTF-8'))
  }

  #end (output: FrameOutput): FrameOutput {
    this.#over = true

    return output
  }
}
