/**
 * Debug mode, by the environment variable `LIBP2P_WS_POISON=1`: memory that was
 * given to a channel to write is overwritten once it has gone out, at either end, so
 * that a layer that still uses it breaks its own tests.
 */
export const POISON: boolean = process.env['LIBP2P_WS_POISON'] === '1'

const POISON_BYTE = 0xdd

export function poison (pieces: readonly Uint8Array[]): void {
  for (const piece of pieces) {
    piece.fill(POISON_BYTE)
  }
}
