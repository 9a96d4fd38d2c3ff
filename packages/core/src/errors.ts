/**
 * The base of every error of ours: `name` and `code` are stable and meant to be
 * compared, the message is for people.
 */
export abstract class Libp2pWsError extends Error {
  abstract readonly code: string
}

/** A caller's value cannot be used; the message names it. */
export class InvalidValueError extends Libp2pWsError {
  override readonly name: string = 'InvalidValueError'
  readonly code: string = 'ERR_INVALID_VALUE'

  /** What the value was for, such as `port`. */
  readonly parameter: string
  readonly value: unknown

  constructor (parameter: string, value: unknown, message: string) {
    super(message)
    this.parameter = parameter
    this.value = value
  }
}

/** The swarm, dialer or listener was closed. Seed 003: ErrSwarmClosed. */
export class ClosedError extends Libp2pWsError {
  override readonly name = 'ClosedError'
  readonly code = 'ERR_CLOSED'

  constructor (what: string) {
    super(`${what} is closed`)
  }
}

/** A limit of ours was met; the message names the limit and its value. */
export class ResourceLimitError extends Libp2pWsError {
  override readonly name = 'ResourceLimitError'
  readonly code = 'ERR_RESOURCE_LIMIT'

  /** The option that sets the limit. */
  readonly limit: string

  constructor (limit: string, value: number) {
    super(`limit ${limit} of ${value} reached`)
    this.limit = limit
  }
}
