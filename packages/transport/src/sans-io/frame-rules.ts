import { BINARY, byteAt, CLOSE, CONTINUATION, FIN_BIT, INVALID_PAYLOAD, isCloseCode, LENGTH_BITS, MASK_BIT, MAX_CONTROL_PAYLOAD, NO_STATUS, OPCODE_BITS, PONG, PROTOCOL_ERROR, RESERVED_BITS } from './frame.ts'
import { Utf8Validator } from './utf8-validator.ts'
import type { FrameOutput } from './frame-output.ts'

export interface HeaderExpectation {
  masked: boolean

  /** A message was begun and is not complete. */
  inMessage: boolean
}

/** What RFC 6455 sections 5.2, 5.4 and 5.5 forbid of the first two bytes of a frame. */
export function headerProblem (first: number, second: number, { masked, inMessage }: HeaderExpectation): string | undefined {
  const opcode = first & OPCODE_BITS

  if ((first & RESERVED_BITS) !== 0) {
    return 'a reserved bit is set'
  }

  if ((opcode > BINARY && opcode < CLOSE) || opcode > PONG) {
    return `reserved opcode ${opcode}`
  }

  if ((second & MASK_BIT) !== 0 !== masked) {
    return masked ? 'a frame without a mask' : 'a frame with a mask'
  }

  return opcode >= CLOSE ? controlProblem(first, second) : messageProblem(opcode, inMessage)
}

function controlProblem (first: number, second: number): string | undefined {
  if ((first & FIN_BIT) === 0) {
    return 'a fragmented control frame'
  }

  return (second & LENGTH_BITS) > MAX_CONTROL_PAYLOAD ? `a control frame of more than ${MAX_CONTROL_PAYLOAD} bytes` : undefined
}

function messageProblem (opcode: number, inMessage: boolean): string | undefined {
  if (opcode === CONTINUATION) {
    return inMessage ? undefined : 'a continuation of nothing'
  }

  return inMessage ? 'a message inside another' : undefined
}

/** The body of a close frame, RFC 6455 sections 5.5.1 and 7.4. */
export function readClose (payload: Uint8Array): FrameOutput {
  if (payload.byteLength === 0) {
    return { type: 'close', code: NO_STATUS, reason: payload }
  }

  if (payload.byteLength === 1) {
    return violation(PROTOCOL_ERROR, 'a close frame of one byte')
  }

  const code = byteAt(payload, 0) << 8 | byteAt(payload, 1)
  const reason = payload.subarray(2)
  const utf8 = new Utf8Validator()

  if (!isCloseCode(code)) {
    return violation(PROTOCOL_ERROR, `close code ${code}`)
  }

  return utf8.push(reason) && utf8.complete ? { type: 'close', code, reason } : violation(INVALID_PAYLOAD, 'a close reason that is not UTF-8')
}

export function violation (code: number, message: string): FrameOutput {
  return { type: 'violation', code, message }
}
