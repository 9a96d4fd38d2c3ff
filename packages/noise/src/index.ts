/**
 * Noise XX for libp2p. Fits js-libp2p's `connectionEncrypters`, and
 * `@libp2p-ws/noise/sans-io` has the protocol without any I/O.
 */
export { Noise, noise, NOISE_PROTOCOL } from './noise.ts'
export type { NoiseComponents, NoiseInit } from './noise.ts'
export { NoiseError } from './sans-io/errors.ts'
