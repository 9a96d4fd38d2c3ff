/** WebSocket frames, RFC 6455: bytes to frames and frames to bytes, without a socket. */
export { BINARY, CLOSE, CONTINUATION, INVALID_PAYLOAD, MESSAGE_TOO_BIG, NO_STATUS, PING, PONG, PROTOCOL_ERROR, TEXT } from './frame.ts'
export type { FrameOutput } from './frame-output.ts'
export { FrameParser } from './frame-parser.ts'
export type { FrameParserOptions } from './frame-parser.ts'
export { FrameWriter } from './frame-writer.ts'
export type { FrameWriterOptions } from './frame-writer.ts'
export { applyMask } from './mask.ts'
export { join, joinShort, toMessages } from './messages.ts'
