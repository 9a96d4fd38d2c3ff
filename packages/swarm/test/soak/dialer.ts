/** The end of a soak that dials: many peers, each doing one thing after another. Run with --expose-gc and an IPC channel. */
import { peerIdFromString } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { onOrder, report, restingState } from './messages.ts'
import { soakSwarm } from './soak-swarm.ts'
import { Acknowledgements, BROKEN_TRANSFER, encode, TRANSFER, transferBytes } from './transfer.ts'
import type { Swarm } from '../../src/index.ts'
import type { PeerId, Stream } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

const PEERS = 16
const LONGEST_TRANSFER = 200_000
const PIECE = 10_000

/** For one transfer; several pings and a partition, ms. */
const PATIENCE = 20_000

const violations: string[] = []
const done: Record<string, number> = {}
const state = { isResting: true }
let working: Array<Promise<void>> = []

onOrder(async order => {
  if (order.type === 'start' && order.target != null) {
    const { peer, address } = order.target
    state.isResting = false
    working = Array.from({ length: PEERS }, async () => work(peerIdFromString(peer), multiaddr(address)))
  } else if (order.type === 'rest') {
    state.isResting = true
    await Promise.all(working)
    report({ type: 'rested', state: await restingState(() => ({}), done, violations) })
  } else if (order.type === 'stop') {
    process.disconnect?.()
  }
})

/** A peer's life: it comes, does this and that, and goes, until all rest. */
async function work (target: PeerId, address: Multiaddr): Promise<void> {
  while (!state.isResting) {
    const swarm = await soakSwarm()
    await swarm.peerStore.merge(target, { multiaddrs: [address] })

    for (let steps = Math.random() * 20; steps > 0 && !state.isResting; steps--) {
      await step(swarm, target)
    }

    await swarm.close()
    count('swarms')
  }
}

async function step (swarm: Swarm, target: PeerId): Promise<void> {
  const [name, act] = pick(STEPS)

  try {
    await act(swarm, target)
    count(name)
  } catch {
    // the network is as bad as it can be; what must not happen is in `violations`
    count(`${name} failed`)
    swarm.backoff?.clear(target)
    await new Promise(resolve => setTimeout(resolve, 100))
  }
}

const STEPS: Array<[name: string, act: (swarm: Swarm, target: PeerId) => Promise<void>]> = [
  ['transfer', async (swarm, target) => transfer(await open(swarm, target, TRANSFER))],
  ['four transfers', async (swarm, target) => { await Promise.all(Array.from({ length: 4 }, async () => transfer(await open(swarm, target, TRANSFER)))) }],
  ['broken transfer', async (swarm, target) => transfer(await open(swarm, target, BROKEN_TRANSFER)).catch(() => {})],
  ['reset', async (swarm, target) => {
    const stream = await open(swarm, target, TRANSFER)
    stream.send(encode(1))
    stream.send(transferBytes(1, 0, 1_000))
    stream.abort(new Error('changed my mind'))
  }],
  ['second connection', async (swarm, target) => { await swarm.dialPeer(target, { force: true, signal: AbortSignal.timeout(PATIENCE) }) }],
  ['kill', async (swarm, target) => { swarm.connsToPeer(target).forEach(connection => { connection.abort(new Error('killed')) }) }],
  ['close', async (swarm, target) => swarm.closePeer(target)]
]

async function open (swarm: Swarm, target: PeerId, protocol: string): Promise<Stream> {
  return swarm.newStream(target, protocol, { signal: AbortSignal.timeout(PATIENCE) })
}

async function transfer (stream: Stream): Promise<void> {
  const timer = setTimeout(() => { stream.abort(new Error('took too long')) }, PATIENCE)

  try {
    await sendAndCheck(stream)
  } finally {
    clearTimeout(timer)
  }
}

async function sendAndCheck (stream: Stream): Promise<void> {
  const seed = Math.floor(Math.random() * 0xffff_ffff)
  const length = Math.floor(Math.random() * LONGEST_TRANSFER)
  const acknowledgements = new Acknowledgements()
  let sent = 0
  const answer = (async () => {
    for await (const chunk of stream) {
      const wrong = acknowledgements.take(chunk.subarray(), sent)
      wrong != null && violations.push(wrong)
    }
  })()
  answer.catch(() => {})
  stream.send(encode(seed))

  while (sent < length) {
    const piece = transferBytes(seed, sent, Math.min(PIECE, length - sent))
    sent += piece.byteLength

    if (!stream.send(piece)) {
      await stream.onDrain()
    }
  }

  await stream.close()
  await answer

  // an orderly end says that everything was read
  if (stream.status === 'closed' && stream.protocol === TRANSFER && acknowledgements.last !== length) {
    violations.push(`a transfer of ${length} bytes ended well with ${acknowledgements.last} acknowledged`)
  }
}

function pick<T> (list: readonly T[]): T {
  return list[Math.floor(Math.random() * list.length)] as T
}

function count (name: string): void {
  done[name] = (done[name] ?? 0) + 1
}
