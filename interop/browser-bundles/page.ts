import { identify } from '@libp2p/identify'
import { ping } from '@libp2p/ping'
import { multiaddr } from '@multiformats/multiaddr'

/** What a page tells of its dial. */
export interface PageResult {
  remotePeer: string

  /** The user agent of the other end, as identify has it. */
  agent: string

  /** Ms. */
  ping: number
}

/** The same for every entry, but for who makes the node and of what. */
export function offer (createLibp2p: (options: any) => Promise<any>, modules: object): void {
  Object.assign(globalThis, {
    async dial (address: string): Promise<PageResult> {
      const node = await createLibp2p({
        ...modules,
        // a page does not dial ws without TLS unless it is told to
        connectionGater: { denyDialMultiaddr: () => false },
        services: { identify: identify(), ping: ping() }
      })

      try {
        const agent = new Promise<string>(resolve => { node.addEventListener('peer:identify', ({ detail }: any) => { resolve(detail.agentVersion) }) })
        const { remotePeer } = await node.dial(multiaddr(address))

        return { remotePeer: String(remotePeer), agent: await agent, ping: await node.services.ping.ping(remotePeer) }
      } finally {
        await node.stop()
      }
    }
  })
}
