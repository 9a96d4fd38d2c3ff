/** Runs in the browser: a dialer whose one host is answered as `code` says, and how often it was dialed. */
import { peerIdFromString } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { dialer } from '../../src/index.ts'
import type { Connection } from '@libp2p/interface'

const SELF = peerIdFromString('12D3KooWJRdJ2V9ZEQ2LUw9PpPRGY9NV5vqNpVeFuqQk1dDQdB1a')
const PEER = peerIdFromString('12D3KooWLBrDe5XRGbpHYsERm8zhNqukmLJGeyrmiP4rVwinBEBz')

let dials = 0

/** Dials with a failure of this code; returns the code of the cause, and how often the host was dialed by then. */
async function dial (code: string): Promise<{ cause: string, dials: number }> {
  answer = code

  try {
    await dialing.dialPeer(PEER, { addresses: [multiaddr('/ip4/8.8.8.8/tcp/4001/ws')] })
  } catch (err: any) {
    return { cause: err.cause.code, dials }
  }

  throw new Error('it has connected')
}

let answer = ''

const dialing = dialer()({
  peerId: SELF,
  canDial: () => true,
  candidates: async function * () {},
  connect: async (): Promise<Connection> => {
    dials++
    throw Object.assign(new Error(answer), { code: answer })
  }
})

Object.assign(globalThis, { dial })
