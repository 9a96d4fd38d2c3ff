/**
 * Debug mode, by the environment variable `LIBP2P_WS_POISON=1`: memory is
 * overwritten where it would be freed, however small, so that a layer that still
 * uses it breaks its own tests.
 */
const POISON: boolean = globalThis.process?.env?.['LIBP2P_WS_POISON'] === '1'

const POISON_BYTE = 0xdd

/**
 * Less is left to the garbage collector. It does not see how large a buffer is, so
 * it lets those of 64 KiB pile up and then goes over all of the heap for them: a
 * sender used 1.2 to 1.4 s of CPU for a GiB when it freed them, 2.7 to 3.0 s when not
 * (docs/decisions/0012).
 */
const WORTH_FREEING_BYTES = 16 * 1024

/** ES2024; older engines leave all of it to the garbage collector. */
const CAN_FREE: boolean = typeof ArrayBuffer.prototype.transfer === 'function'

/** Whether `release` would do anything. */
export function isReleasable (piece: Uint8Array): boolean {
  return POISON || (CAN_FREE && piece.byteLength >= WORTH_FREEING_BYTES && piece.byteLength === piece.buffer.byteLength && piece.buffer instanceof ArrayBuffer)
}

/** Frees the memory of `pieces`, which nobody uses any more. Parts of something larger are left alone. */
export function release (pieces: readonly Uint8Array[]): void {
  for (const piece of pieces) {
    if (POISON) {
      piece.fill(POISON_BYTE)
    } else if (isReleasable(piece)) {
      (piece.buffer as ArrayBuffer).transfer(0)
    }
  }
}
