/** The far end did not keep to the protocol, or is not who it says; the connection cannot go on. */
export class NoiseError extends Error {
  override readonly name = 'NoiseError'
  readonly code: string

  /** @param code - ERR_NOISE_… */
  constructor (code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
