import { randomFillSync } from 'node:crypto'

/** So many masks are drawn at once: one by one, drawing costs more than masking. */
const POOL = new Uint32Array(2048)

let next = POOL.length

/** A mask that nobody can foresee, RFC 6455 section 5.3. */
export function nextMask (): number {
  if (next === POOL.length) {
    randomFillSync(POOL)
    next = 0
  }

  return POOL[next++] ?? 0
}
