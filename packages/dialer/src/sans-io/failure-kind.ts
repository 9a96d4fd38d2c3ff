import { errorCodes } from './error-codes.ts'

/** Whose fault a failed attempt was. */
export type FailureKind =
  /** This host had no socket, port or memory to give, or met a limit of ours: the address was not really tried. */
  | 'shortage'

  /** This host has no network that leads there. */
  | 'local'

  /** Nothing came back, which says nothing about the remote end. */
  | 'unanswered'

  /** The remote end answered, and did not do what was wanted. */
  | 'remote'

// the codes are those of POSIX errno(3) as Node.js spells them, and ours
const KINDS: ReadonlyMap<unknown, FailureKind> = new Map<unknown, FailureKind>([
  ['EMFILE', 'shortage'],
  ['ENFILE', 'shortage'],
  ['ENOBUFS', 'shortage'],
  ['ENOMEM', 'shortage'],
  ['ERR_RESOURCE_LIMIT', 'shortage'],
  ['ENETDOWN', 'local'],
  ['ENETUNREACH', 'local'],
  ['EHOSTUNREACH', 'local'],
  ['EADDRNOTAVAIL', 'local'],
  ['EACCES', 'local'],
  ['EPERM', 'local'],
  ['EAI_AGAIN', 'local'],
  ['ECONNREFUSED', 'remote'],
  ['ECONNRESET', 'remote'],
  ['EPIPE', 'remote'],
  ['ERR_UNEXPECTED_PEER', 'remote']
])

/**
 * @param error - what an attempt was rejected with; its `code`, and those of its causes, are looked at
 * @param wasAnswered - whether the remote end had accepted the connection
 */
export function failureKind (error: unknown, wasAnswered: boolean): FailureKind {
  const code = errorCodes(error).find(code => KINDS.has(code))

  return KINDS.get(code) ?? (wasAnswered ? 'remote' : 'unanswered')
}
