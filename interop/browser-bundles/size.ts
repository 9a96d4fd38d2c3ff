import { constants, gzipSync } from 'node:zlib'

/** Bytes over the wire, compressed by gzip as well as it can. */
export function gzipSize (script: string): number {
  return gzipSync(script, { level: constants.Z_BEST_COMPRESSION }).length
}
