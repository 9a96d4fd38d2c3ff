/**
 * One end of multistream-select: bytes of the far end in, bytes for it out. After
 * the start and after each input, the driver sends what `pollTransmit` gives.
 */
export interface Negotiation {
  /** What both ends have settled on; undefined until then. */
  readonly protocol: string | undefined

  /**
   * Returns undefined when it wants more; else what came behind the negotiation,
   * perhaps empty. Keeps `piece` where it ends in the middle of a message.
   *
   * @throws {MultistreamError} the negotiation failed, and is over
   */
  handleData(piece: Uint8Array): Uint8Array | undefined

  /** What is to be sent next; asked for until it is undefined. */
  pollTransmit(): Uint8Array | undefined
}
