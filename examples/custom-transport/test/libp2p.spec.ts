import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { identify } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { ping } from '@libp2p/ping'
import { yamux } from '@libp2p/yamux'
import { expect } from 'aegir/chai'
import { createLibp2p } from 'libp2p'
import { unix } from '../src/index.ts'

describe('js-libp2p on unix()', () => {
  it('dials, identifies and pings', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'unix-transport-'))
    const options = {
      transports: [unix()],
      connectionEncrypters: [noise()],
      streamMuxers: [yamux()],
      services: { identify: identify(), ping: ping() }
    }
    const listener = await createLibp2p({ ...options, addresses: { listen: [`/unix/${encodeURIComponent(join(directory, 'peer.sock'))}`] } })
    const dialer = await createLibp2p(options)

    try {
      const [address] = listener.getMultiaddrs()

      if (address == null) {
        throw new Error('not listening')
      }

      expect(await dialer.services.ping.ping(address)).to.be.a('number')
      expect(dialer.getPeers().map(String)).to.deep.equal([`${listener.peerId}`])
    } finally {
      await Promise.all([dialer.stop(), listener.stop()])
      await rm(directory, { recursive: true })
    }
  })
})
