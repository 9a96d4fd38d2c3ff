import { noise } from '@libp2p/noise'
import { tls } from '@libp2p/tls'
import { webSockets } from '@libp2p/websockets'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'
import { COMMON_OPTIONS } from './create-host.ts'
import type { HostInit } from './create-host.ts'
import type { Libp2p } from '@libp2p/interface'

/** js-libp2p as it comes from npm. */
export async function createHost ({ security, listen }: HostInit): Promise<Libp2p> {
  return createLibp2p({
    ...COMMON_OPTIONS,
    addresses: { listen },
    transports: [webSockets()],
    connectionEncrypters: [security === 'noise' ? noise() : tls()],
    streamMuxers: [yamux()]
  })
}
