import { tls } from '@libp2p/tls'
import { createLibp2p } from '@libp2p-ws/host'
import { noise } from '@libp2p-ws/noise'
import { webSockets } from '@libp2p-ws/transport'
import { yamux } from '@libp2p-ws/yamux'
import { COMMON_OPTIONS } from './create-host.ts'
import type { HostInit } from './create-host.ts'
import type { Libp2p } from '@libp2p/interface'

/** The stack of this repository. What it is made of is said here and nowhere else. */
export async function createHost ({ security, listen }: HostInit): Promise<Libp2p> {
  return createLibp2p({
    ...COMMON_OPTIONS,
    addresses: { listen },
    transports: [webSockets()],
    connectionEncrypters: [security === 'noise' ? noise() : tls()],
    streamMuxers: [yamux()]
  })
}
