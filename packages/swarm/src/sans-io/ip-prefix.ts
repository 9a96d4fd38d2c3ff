/**
 * Names the network of `ip`: the same for all addresses that share its first bits.
 *
 * @param ip - 4 or 16 bytes
 * @param prefixLength - leading bits, 0 to 32 or 0 to 128
 */
export function prefixOf (ip: Uint8Array, prefixLength: number): string {
  const masked = ip.map((byte, i) => byte & (0xff << Math.max(0, Math.min(8, 8 * (i + 1) - prefixLength))))

  return `${masked.join('.')}/${prefixLength}`
}

/** 127.0.0.0/8 and ::1 (RFC 6890). */
export function isLoopback (ip: Uint8Array): boolean {
  return ip.byteLength === 4 ? ip[0] === 127 : ip.every((byte, i) => byte === (i === 15 ? 1 : 0))
}
