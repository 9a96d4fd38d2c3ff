import { noise } from '@libp2p/noise'
import { webSockets } from '@libp2p/websockets'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from '@libp2p-ws/host'
import { offer } from '../page.ts'

offer(createLibp2p, { transports: [webSockets()], connectionEncrypters: [noise()], streamMuxers: [yamux()] })
