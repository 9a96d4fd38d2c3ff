/** The far end broke the protocol; the session cannot go on. */
export class YamuxProtocolError extends Error {
  override readonly name = 'YamuxProtocolError'
  readonly code = 'ERR_YAMUX_PROTOCOL'
}
