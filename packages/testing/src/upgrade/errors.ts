import { Libp2pWsError } from '@libp2p-ws/core'

/** The far end did not say who it is, or is somebody else than the address names. */
export class IdentityError extends Libp2pWsError {
  override readonly name = 'IdentityError'
  readonly code = 'ERR_IDENTITY'
}
