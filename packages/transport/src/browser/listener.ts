import { CannotListenError } from '../errors.ts'
import type { Listener } from '@libp2p/interface'

/** @throws {CannotListenError} always: a browser cannot take connections */
export function createListener (): Listener {
  throw new CannotListenError()
}
