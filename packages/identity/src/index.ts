/**
 * What a peer is known by: public keys as they go over the wire, and the peer ids
 * that follow from them (libp2p spec, peer-ids).
 */
export { EcdsaPrivateKey, EcdsaPublicKey } from './ecdsa-key.ts'
export { identityOf, peerIdFromPublicKey } from './peer-id.ts'
export type { Identity } from './peer-id.ts'
export { publicKeyFromProtobuf } from './public-key.ts'
