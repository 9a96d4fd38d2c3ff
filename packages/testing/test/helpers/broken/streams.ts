import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { onMuxers, onStreams, onUpgrade } from './break.ts'
import type { BrokenTransport } from './broken-transport.ts'
import type { UpgraderWithoutEncryptionOptions } from '@libp2p/interface'

const stranger = peerIdFromPrivateKey(await generateKeyPair('Ed25519'))

/** Transports that bring streams or an identity of their own. */
export const streams: BrokenTransport[] = [{
  fault: 'says that somebody else is there',
  caughtBy: ['each end learns who the other is'],
  break: onUpgrade(async (upgrade, connection, options) => {
    const identified: UpgraderWithoutEncryptionOptions = { ...options, skipEncryption: true, remotePeer: stranger }

    return upgrade(connection, identified)
  })
}, {
  fault: 'has streams that end both ways at once',
  caughtBy: [
    'a stream that ends at one side goes on at the other, and then ends there',
    'a stream that was ended for writing still gets 4 MiB',
    '100 streams at once, each with its own bytes',
    '1 × 1 × 1: connections, streams on each, messages of 2048 bytes on each',
    '1 × 1 × 100: connections, streams on each, messages of 2048 bytes on each',
    '10 × 10 × 50: connections, streams on each, messages of 100 bytes on each',
    '1 × 100 × 100: connections, streams on each, messages of 1000 to 10000 bytes on each'
  ],
  break: onStreams(stream => {
    const close = stream.close.bind(stream)
    stream.close = async options => {
      await stream.closeRead(options)
      await close(options)
    }
  })
}, {
  fault: 'has streams that end where they should reset',
  caughtBy: ['a stream that is reset is reset at the far end, and the connection goes on'],
  break: onStreams(stream => { stream.sendReset = () => { void stream.sendCloseWrite() } })
}, {
  fault: 'lets only the dialer open streams',
  caughtBy: ['the end that did not dial opens streams too'],
  break: onMuxers((muxer, { direction }) => {
    if (direction === 'inbound') {
      muxer.createStream = async () => { throw new Error('not a client') }
    }
  })
}, {
  fault: 'leaves streams open when their connection closes',
  caughtBy: ['a connection that closes ends its streams at both ends'],
  break: onMuxers(muxer => {
    muxer.close = async () => {}
    Object.assign(muxer, { onTransportClosed: () => {} })
  })
}, {
  fault: 'counts streams, and never down again',
  caughtBy: [
    '1 × 100 × 100: connections, streams on each, messages of 100 bytes on each',
    '1 × 1000 × 10: connections, streams on each, messages of 100 bytes on each',
    'opens and ends 2000 streams, 5 at a time'
  ],
  break: onMuxers(muxer => {
    const createStream = muxer.createStream.bind(muxer)
    let count = 0
    muxer.createStream = async options => {
      if (++count > 64) {
        throw new Error('too many streams')
      }

      return createStream(options)
    }
  })
}]
