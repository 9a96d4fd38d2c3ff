/** A message written out: numbers are bytes, texts are UTF-8. */
export function bytes (...parts: Array<number | string>): Uint8Array {
  return Uint8Array.from(parts.flatMap(part => typeof part === 'number' ? [part] : [...new TextEncoder().encode(part)]))
}

/** A stream's number as the wire has it. */
export function id (value: number): number[] {
  return [0, 0, 0, 0, 0, 0, value >> 8, value & 0xff]
}
