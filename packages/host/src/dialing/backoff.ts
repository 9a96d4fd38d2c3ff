import { DialBackoff } from '@libp2p-ws/dialer'
import type { DialBackoffInit } from '@libp2p-ws/dialer'

/**
 * What `connectionManager.dialBackoff` stands for. Off unless it is asked for:
 * js-libp2p has no backoff, and its callers dial again because they mean it.
 */
export function backoffOf (option: boolean | DialBackoffInit = false): DialBackoff {
  if (option === false) {
    return new DialBackoff({ base: 0, coef: 0 })
  }

  return new DialBackoff(option === true ? {} : option)
}
