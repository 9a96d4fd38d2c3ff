/** Whether somebody else reached us at an address, and for how long that counts. Times are ms since the epoch. */
export interface Verification {
  verified: boolean

  /** When to verify again; 0: never tried. */
  expires: number
  lastVerified?: number
}

export function unverified (): Verification {
  return { verified: false, expires: 0 }
}

/** Returns whether this changed what we believe. */
export function confirm (state: Verification, ttl: number): boolean {
  const changed = !state.verified
  const now = Date.now()
  state.verified = true
  state.expires = now + ttl
  state.lastVerified = now

  return changed
}

/** Returns whether this changed what we believe. */
export function unconfirm (state: Verification, ttl: number): boolean {
  const changed = state.verified
  state.verified = false
  state.expires = Date.now() + ttl

  return changed
}
