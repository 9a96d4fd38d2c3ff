import { connectionErrorCode } from '@libp2p-ws/core'

/** RFC 6455 section 7.4.1. */
export const CLOSE_NORMAL = 1000
export const CLOSE_GOING_AWAY = 1001
export const CLOSE_NO_STATUS = 1005
export const CLOSE_ABNORMAL = 1006

/**
 * What `abort` sends for an error that brings no code. RFC 6455 section 7.4.2
 * leaves 4000 to 4999 to applications, and libp2p's connection error codes
 * (0x1000 and up, 4096 and up in decimal) lie in that range: they are sent as
 * they are.
 */
export const CLOSE_ABORTED = 4000

/** RFC 6455 section 5.5: a control frame has 125 bytes, two of them are the code. */
const MAX_REASON_BYTES = 123

/** Whether a connection that ended with `code` ended as its far end wanted. */
export function isNormalClose (code: number): boolean {
  return code === CLOSE_NORMAL || code === CLOSE_GOING_AWAY || code === CLOSE_NO_STATUS
}

/**
 * What an abort sends, if that is one of an application's, 4000 to 4999: `code`, or
 * the number `closeCode` of the error, or libp2p's code for what its name stands for.
 */
export function closeCodeOf (error: unknown, code?: number): number {
  const wanted = code ?? (error as { closeCode?: unknown } | null | undefined)?.closeCode ?? (error instanceof Error ? connectionErrorCode(error) : undefined)

  return typeof wanted === 'number' && Number.isInteger(wanted) && wanted >= 4000 && wanted <= 4999 ? wanted : CLOSE_ABORTED
}

/**
 * The text that goes out with the code: the message of an error that was given a
 * code, since that was written for the far end. Any other message stays here.
 */
export function closeReasonOf (error: unknown): string {
  const { closeCode, message } = (error ?? {}) as { closeCode?: unknown, message?: unknown }

  return typeof closeCode === 'number' && typeof message === 'string' ? truncateUtf8(message, MAX_REASON_BYTES) : ''
}

function truncateUtf8 (text: string, maxBytes: number): string {
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(maxBytes))

  return text.slice(0, read)
}
