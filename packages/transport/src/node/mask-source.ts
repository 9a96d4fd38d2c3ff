import { randomFillSync } from 'node:crypto'

/** So many are drawn at once: one by one, drawing costs more than masking. */
const POOL = new Uint32Array(2048)

let next = POOL.length

/** 32 random bits that nobody can foresee, as RFC 6455 section 5.3 wants a mask. */
export function nextMask (): number {
  if (next === POOL.length) {
    randomFillSync(POOL)
    next = 0
  }

  return POOL[next++] ?? 0
}
