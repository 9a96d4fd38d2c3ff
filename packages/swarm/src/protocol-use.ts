/** What one connection knows of one protocol that was spoken on it. */
export interface ProtocolUse {
  /** Open streams. */
  inbound: number
  outbound: number

  /** The far end has taken a proposal of it. */
  confirmed: boolean
}
