export { identityOf } from '@libp2p-ws/identity'
