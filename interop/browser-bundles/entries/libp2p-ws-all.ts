import { createLibp2p } from '@libp2p-ws/host'
import { noise } from '@libp2p-ws/noise'
import { webSockets } from '@libp2p-ws/transport'
import { yamux } from '@libp2p-ws/yamux'
import { offer } from '../page.ts'

offer(createLibp2p, { transports: [webSockets()], connectionEncrypters: [noise()], streamMuxers: [yamux()] })
