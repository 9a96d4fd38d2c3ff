import { base16 } from 'multiformats/bases/base16'

/** How a curve goes into keys (RFC 5480). */
export interface EcdsaCurve {
  /** As WebCrypto has it. */
  name: 'P-256' | 'P-384' | 'P-521'

  /** Bytes of a coordinate, and of each half of a signature. */
  size: number

  /** What goes before both coordinates in a DER SubjectPublicKeyInfo; it ends in the mark of an uncompressed point. */
  prefix: Uint8Array
}

/** SubjectPublicKeyInfo { AlgorithmIdentifier { id-ecPublicKey, curve }, BIT STRING { 04, x, y } } */
export const CURVES: readonly EcdsaCurve[] = [
  { name: 'P-256', size: 32, prefix: base16.baseDecode('3059301306072a8648ce3d020106082a8648ce3d03010703420004') },
  { name: 'P-384', size: 48, prefix: base16.baseDecode('3076301006072a8648ce3d020106052b8104002203620004') },
  { name: 'P-521', size: 66, prefix: base16.baseDecode('30819b301006072a8648ce3d020106052b810400230381860004') }
]
