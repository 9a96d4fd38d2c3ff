import { echo } from '@libp2p/echo'
import { fetch } from '@libp2p/fetch'
import { expect } from 'aegir/chai'
import { OURS, STOCK } from '../fixtures/implementations.ts'
import { Nodes } from '../fixtures/nodes.ts'

for (const other of [OURS, STOCK]) {
  describe(`echo and fetch between libp2p-ws and ${other.name}`, () => {
    const nodes = new Nodes()
    const services = { echo: echo(), fetch: fetch() }

    afterEach(async () => { await nodes.stop() })

    it('echoes a megabyte', async () => {
      const [a, b] = [await nodes.onWebSockets(OURS.createLibp2p, { services }), await nodes.onWebSockets(other.createLibp2p, { services })]
      const sent = crypto.getRandomValues(new Uint8Array(65_536))
      const megabyte = new Uint8Array(1_048_576)

      for (let offset = 0; offset < megabyte.length; offset += sent.length) {
        megabyte.set(sent, offset)
      }

      const answer = await a.services.echo.echo(b.getMultiaddrs(), megabyte)

      expect(Buffer.compare(answer.subarray(), megabyte)).to.equal(0)
    })

    it('fetches what the other end has under a key', async () => {
      const [a, b] = [await nodes.onWebSockets(OURS.createLibp2p, { services }), await nodes.onWebSockets(other.createLibp2p, { services })]
      b.services.fetch.registerLookupFunction('/test/', async key => new Uint8Array([new TextDecoder().decode(key).length]))

      await a.dial(b.getMultiaddrs())

      expect(await a.services.fetch.fetch(b.peerId, '/test/a')).to.deep.equal(new Uint8Array([7]))
    })
  })
}
