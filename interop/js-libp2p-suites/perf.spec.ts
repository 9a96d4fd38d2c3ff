/** perf is not on npm, so it is shown at work here, from the checkout. The implementation under test is at one end, js-libp2p at the other. */
import assert from 'node:assert/strict'
import { noise } from '@libp2p/noise'
import { webSockets } from '@libp2p/websockets'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'

const perfPackage = '@libp2p/perf'
const MEBIBYTE = 1_048_576
const { perf } = await import(perfPackage)
const underTest: any = await import(process.env.SUITES_HOST === '' ? 'libp2p' : new URL('host.ts', import.meta.url).href)

describe('perf', () => {
  const options = (): any => ({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0/ws'] },
    transports: [webSockets()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    services: { perf: perf() }
  })

  for (const measuring of ['the implementation under test', 'js-libp2p']) {
    it(`sends and gets a mebibyte, measured by ${measuring}`, async () => {
      const nodes = [await underTest.createLibp2p(options()), await createLibp2p(options())]
      const [from, to] = measuring === 'js-libp2p' ? nodes.reverse() : nodes

      try {
        let last: any

        for await (const output of from.services.perf.measurePerformance(to.getMultiaddrs()[0], MEBIBYTE, MEBIBYTE)) {
          last = output
        }

        assert.deepEqual([last.type, last.uploadBytes, last.downloadBytes], ['final', MEBIBYTE, MEBIBYTE])
      } finally {
        await Promise.all(nodes.map(async node => node.stop()))
      }
    })
  }
})
