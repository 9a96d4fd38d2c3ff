import { generateKey, preSharedKey } from '@libp2p/pnet'
import { expect } from 'aegir/chai'
import { OURS, STOCK } from '../fixtures/implementations.ts'
import { Nodes } from '../fixtures/nodes.ts'
import type { Implementation } from '../fixtures/implementations.ts'
import type { Libp2p } from '@libp2p/interface'

function newKey (): Uint8Array {
  const psk = new Uint8Array(95)
  generateKey(psk)

  return psk
}

for (const other of [OURS, STOCK]) {
  describe(`private network of libp2p-ws and ${other.name}`, () => {
    const nodes = new Nodes()
    const psk = newKey()

    afterEach(async () => { await nodes.stop() })

    async function node ({ createLibp2p }: Implementation, key?: Uint8Array): Promise<Libp2p> {
      return nodes.onWebSockets(createLibp2p, { ...(key == null ? {} : { connectionProtector: preSharedKey({ psk: key }) }) })
    }

    it('lets in who has its key', async () => {
      const [a, b] = [await node(OURS, psk), await node(other, psk)]

      await a.dial(b.getMultiaddrs())
      await a.hangUp(b.peerId)
      await b.dial(a.getMultiaddrs())
    })

    it('keeps out who has another key or none', async () => {
      const inside = await node(OURS, psk)

      for (const outside of [await node(other, newKey()), await node(other)]) {
        await expect(outside.dial(inside.getMultiaddrs(), { signal: AbortSignal.timeout(2_000) })).to.eventually.be.rejected()
        expect(inside.getConnections()).to.be.empty()
      }
    })
  })
}

describe('a node that has to be in a private network', () => {
  afterEach(() => { delete process.env.LIBP2P_FORCE_PNET })

  it('does not start without a protector', async () => {
    process.env.LIBP2P_FORCE_PNET = '1'

    for (const { createLibp2p } of [OURS, STOCK]) {
      await expect(createLibp2p({ start: false, connectionProtector: null as any })).to.eventually.be.rejected.with.property('name', 'InvalidParametersError')
    }
  })
})
