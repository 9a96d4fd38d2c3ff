/** Codes of a stream's reset (libp2p spec, error codes). */
export const STREAM_ERROR_CODES = {
  NO_ERROR: 0,
  PROTOCOL_NEGOTIATION_FAILED: 0x1001,
  RESOURCE_LIMIT_EXCEEDED: 0x1002,
  RATE_LIMITED: 0x1003,
  PROTOCOL_VIOLATION: 0x1004,
  SUPPLANTED: 0x1005,
  GARBAGE_COLLECTED: 0x1006,
  SHUTDOWN: 0x1007,
  GATED: 0x1008,
  CODE_OUT_OF_RANGE: 0x1009
} as const

/** Codes of a connection's end (libp2p spec, error codes); they are not those of streams. */
export const CONNECTION_ERROR_CODES = {
  NO_ERROR: 0,
  PROTOCOL_NEGOTIATION_FAILED: 0x1000,
  RESOURCE_LIMIT_EXCEEDED: 0x1001,
  RATE_LIMITED: 0x1002,
  PROTOCOL_VIOLATION: 0x1003,
  SUPPLANTED: 0x1004,
  GARBAGE_COLLECTED: 0x1005,
  SHUTDOWN: 0x1006,
  GATED: 0x1007,
  CODE_OUT_OF_RANGE: 0x1008
} as const

type Reason = keyof typeof STREAM_ERROR_CODES

/** Why a stream or connection ended, by the name of the error that ended it. */
const REASONS: Record<string, Reason> = {
  UnsupportedProtocolError: 'PROTOCOL_NEGOTIATION_FAILED',
  UnhandledProtocolError: 'PROTOCOL_NEGOTIATION_FAILED',
  EncryptionFailedError: 'PROTOCOL_NEGOTIATION_FAILED',
  MuxerUnavailableError: 'PROTOCOL_NEGOTIATION_FAILED',
  ResourceLimitError: 'RESOURCE_LIMIT_EXCEEDED',
  StreamBufferError: 'RESOURCE_LIMIT_EXCEEDED',
  MaxEarlyStreamsError: 'RESOURCE_LIMIT_EXCEEDED',
  TooManyInboundProtocolStreamsError: 'RESOURCE_LIMIT_EXCEEDED',
  TooManyOutboundProtocolStreamsError: 'RESOURCE_LIMIT_EXCEEDED',
  InvalidMessageError: 'PROTOCOL_VIOLATION',
  InvalidMessageLengthError: 'PROTOCOL_VIOLATION',
  InvalidDataLengthError: 'PROTOCOL_VIOLATION',
  InvalidDataLengthLengthError: 'PROTOCOL_VIOLATION',
  ProtocolError: 'PROTOCOL_VIOLATION',
  DuplicateConnectionError: 'SUPPLANTED',
  ConnectionTrimmedError: 'GARBAGE_COLLECTED',
  ClosedError: 'SHUTDOWN',
  NotStartedError: 'SHUTDOWN',
  ConnectionDeniedError: 'GATED',
  ConnectionInterceptedError: 'GATED',
  LimitedConnectionError: 'GATED'
}

/**
 * The code with which a stream that ended with `error` is reset: a numeric `code`
 * of the error, else what its name stands for, else 0.
 */
export function streamErrorCode (error: Error): number {
  return numericCode(error) ?? STREAM_ERROR_CODES[REASONS[error.name] ?? 'NO_ERROR']
}

/** The code with which a connection that ended with `error` is closed; see {@link streamErrorCode}. */
export function connectionErrorCode (error: Error): number {
  return numericCode(error) ?? CONNECTION_ERROR_CODES[REASONS[error.name] ?? 'NO_ERROR']
}

/** Codes go on the wire in 32 bits. */
function numericCode (error: Error): number | undefined {
  const code = 'code' in error ? error.code : undefined

  // an abort signal's reason has a code of the DOM's
  if (typeof code !== 'number' || error instanceof DOMException) {
    return undefined
  }

  return Number.isInteger(code) && code >= 0 && code <= 0xffff_ffff ? code : undefined
}
