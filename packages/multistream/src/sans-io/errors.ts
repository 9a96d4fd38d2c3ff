/** The far end does not keep to multistream-select, or has none of our protocols. */
export class MultistreamError extends Error {
  override readonly name = 'MultistreamError'
  readonly code: MultistreamErrorCode

  constructor (code: MultistreamErrorCode, message: string) {
    super(message)
    this.code = code
  }
}

export type MultistreamErrorCode =
  /** A message with a bad length, or longer than 1,024 bytes. */
  'ERR_MULTISTREAM_LENGTH' |
  /** A message that is not what has to come now. */
  'ERR_MULTISTREAM_MESSAGE' |
  /** More proposals than anybody has. */
  'ERR_MULTISTREAM_PROPOSALS' |
  /** The far end closed before a protocol was settled. */
  'ERR_MULTISTREAM_ENDED' |
  /** The far end speaks none of the protocols. */
  'ERR_MULTISTREAM_REFUSED'
