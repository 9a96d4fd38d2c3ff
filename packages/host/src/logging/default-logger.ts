export { defaultLogger } from '@libp2p/logger'
