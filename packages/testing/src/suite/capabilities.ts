import { InvalidValueError } from '@libp2p-ws/core'

/** What a transport can do. Say `false` for what it cannot: its tests then show as skipped, by that name. */
export interface TransportCapabilities {
  /** Accepts connections. Default true. Without it the set-up names an address where `serveTransportSuite` runs. */
  listen: boolean

  /**
   * Its bytes can be read and written below any muxer, on the
   * MultiaddrConnection that the upgrader gets. Default true; false for a
   * transport with streams of its own, such as QUIC.
   */
  rawConnection: boolean

  /** `send` returns false when what it took is not yet sent, and 'drain' follows. Default true. */
  writeBackpressure: boolean

  /** `pause` reaches the far end: it cannot send without bound. Default true. */
  readBackpressure: boolean

  /** The far end can tell an abort from a close. Default true. */
  abortReset: boolean

  /**
   * What was closed or aborted leaves no socket and no timer open. Default true:
   * every test ends by checking it.
   */
  leavesNothingOpen: boolean

  /**
   * The number `closeCode` of the error that a connection is aborted with is the
   * `code` of the far end's close event. Default false.
   */
  abortCode: boolean

  /**
   * `dial` and `listen` refuse an address that is not of this transport, though
   * js-libp2p asks the filters first. Default true.
   */
  checksAddresses: boolean

  /** The error of a refused dial or listen names the address. Default true. */
  addressInErrors: boolean

  /**
   * `remoteAddr` at the dialer is what was dialed, with its /p2p, so that the
   * upgrader can see whether the right peer answers. Default true.
   */
  dialedRemoteAddr: boolean

  /** Two listeners on one address: the second is refused. Default true. */
  exclusiveListen: boolean
}

export type Capability = keyof TransportCapabilities

const DEFAULTS: TransportCapabilities = {
  listen: true,
  rawConnection: true,
  writeBackpressure: true,
  readBackpressure: true,
  abortReset: true,
  leavesNothingOpen: true,
  abortCode: false,
  checksAddresses: true,
  addressInErrors: true,
  dialedRemoteAddr: true,
  exclusiveListen: true
}

/** @throws {InvalidValueError} for a name that is no capability, or a value that is no boolean */
export function toCapabilities (declared: Partial<TransportCapabilities> = {}): TransportCapabilities {
  for (const [name, value] of Object.entries(declared)) {
    if (!Object.hasOwn(DEFAULTS, name)) {
      throw new InvalidValueError('capabilities', name, `${name} is no capability of a transport; there are ${Object.keys(DEFAULTS).join(', ')}`)
    }

    if (typeof value !== 'boolean') {
      throw new InvalidValueError('capabilities', value, `capability ${name} must be true or false, got ${value}`)
    }
  }

  return { ...DEFAULTS, ...declared }
}
