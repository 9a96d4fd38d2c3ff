import { floodsub } from '@libp2p/floodsub'
import { gossipsub } from '@libp2p/gossipsub'
import { identify } from '@libp2p/identify'
import { expect } from 'aegir/chai'
import { eventually } from '../fixtures/eventually.ts'
import { OURS, STOCK } from '../fixtures/implementations.ts'
import { Nodes } from '../fixtures/nodes.ts'
import type { Implementation } from '../fixtures/implementations.ts'
import type { Libp2p } from '@libp2p/interface'

const TOPIC = 'news'

/** What gossipsub and floodsub have in common. */
interface PubSub {
  subscribe(topic: string): void
  publish(topic: string, data: Uint8Array): Promise<unknown>
  getSubscribers(topic: string): unknown[]

  /** Gossipsub's: whom messages are passed on to. */
  getMeshPeers?(topic: string): unknown[]
  addEventListener(type: string, listener: (event: any) => void): void
}

const PUBSUBS: Record<string, (components: any) => unknown> = { gossipsub: gossipsub(), floodsub: floodsub() }

function neighbours ({ services: { pubsub } }: Libp2p<{ pubsub: PubSub }>): number {
  return (pubsub.getMeshPeers?.(TOPIC) ?? pubsub.getSubscribers(TOPIC)).length
}

for (const [name, pubsub] of Object.entries(PUBSUBS)) {
  describe(name, () => {
    const nodes = new Nodes()

    afterEach(async () => { await nodes.stop() })

    async function node ({ createLibp2p }: Implementation): Promise<Libp2p<{ pubsub: PubSub }>> {
      return nodes.onWebSockets<any>(createLibp2p, { services: { identify: identify(), pubsub } })
    }

    it('carries a message over a peer in the middle to one on js-libp2p', async () => {
      const [a, middle, b] = [await node(OURS), await node(OURS), await node(STOCK)]
      const received = new Promise<string>(resolve => {
        b.services.pubsub.addEventListener('message', ({ detail }) => { resolve(`${detail.topic} ${new TextDecoder().decode(detail.data)} ${detail.from}`) })
      })
      ;[a, middle, b].forEach(({ services }) => { services.pubsub.subscribe(TOPIC) })
      await a.dial(middle.getMultiaddrs())
      await b.dial(middle.getMultiaddrs())
      await eventually(() => neighbours(middle) === 2 && neighbours(a) === 1)

      await a.services.pubsub.publish(TOPIC, new TextEncoder().encode('hello'))

      expect(await received).to.equal(`${TOPIC} hello ${a.peerId}`)
    })
  })
}
