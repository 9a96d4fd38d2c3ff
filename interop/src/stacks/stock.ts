import { webSockets } from '@libp2p/websockets'
import { createLibp2p } from 'libp2p'
import { EarlyMuxerLog } from '../early-muxer.ts'
import { encryptersFor, hostOptions } from '../host-options.ts'
import type { HostInit, Stack } from '../host-options.ts'

/** A host of js-libp2p as it comes from npm. */
export async function createStack (init: HostInit): Promise<Stack> {
  const earlyMuxers = new EarlyMuxerLog()
  const host = await createLibp2p({
    ...hostOptions(init),
    connectionEncrypters: encryptersFor(init.security).map(factory => earlyMuxers.watch(factory)),
    transports: [webSockets()]
  })

  return {
    host,
    earlyMuxer: ({ remotePeer }) => earlyMuxers.get(remotePeer)
  }
}
