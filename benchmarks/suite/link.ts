import { Child } from '@libp2p-ws/interop/child-process'
import { TestNetwork } from '../dial/network.ts'
import { buildGo } from './go-build.ts'
import { Peer } from './peer.ts'
import type { Stack } from './stacks.ts'

/** For the link to be there, ms. */
const READY_TIMEOUT = 60_000

/** Of the link with a delay. Private ones: js-libp2p does not tell others of a public one that nobody has verified. */
const DIALER = '10.57.7.1'
const LISTENER = '10.57.7.2'

/** What lies between the two ends. */
export interface Link {
  /** Round trip, ms; 0 for loopback. */
  rtt: number

  /** Multiaddr to listen on. */
  listen: string
  startListener(stack: Stack): Peer
  startDialer(stack: Stack): Peer
  close(): Promise<void>
}

export const LOOPBACK: Link = {
  rtt: 0,
  listen: '/ip4/127.0.0.1/tcp/0/ws',
  startListener: ({ command, args }) => new Peer(command, args),
  startDialer: ({ command, args }) => new Peer(command, args),
  close: async () => {}
}

/**
 * Two network namespaces with a link between them that delays each packet by half
 * of `rtt` ms, one way and the other.
 *
 * @throws {Error} when this is not Linux, the user not root, or there is no Go
 */
export async function openDelayedLink (rtt: number): Promise<Link> {
  const binary = await buildGo('delay-link', new URL('../dial/delay-link/', import.meta.url))
  const network = new TestNetwork()
  const delayed = { device: 'delayed0', delay: `${rtt / 2}ms`, dialer: DIALER, listener: LISTENER }
  const removeOnExit = (): void => { network.close() }
  process.once('exit', removeOnExit)
  let delayLink: Child | undefined

  const close = async (): Promise<void> => {
    await delayLink?.stop()
    network.close()
    process.off('exit', removeOnExit)
  }

  try {
    network.open()
    delayLink = new Child(binary, network.delayLinkArgs(delayed))
    await delayLink.readLine(READY_TIMEOUT)
    network.useDelayedLink(delayed)
  } catch (err) {
    await close()
    throw err
  }

  return {
    rtt,
    listen: `/ip4/${delayed.listener}/tcp/0/ws`,
    startListener: ({ command, args }) => new Peer(...network.amongListeners(command, args)),
    startDialer: ({ command, args }) => new Peer(...network.amongDialers(command, args)),
    close
  }
}
