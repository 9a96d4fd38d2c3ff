/**
 * One Helia in a process of its own.
 *
 *   peer.ts add <mebibytes>            adds random bytes, prints { address, cid, sha256 }, then waits
 *   peer.ts get <address> <cid>        fetches them, prints { sha256, bytes, agent }
 *
 * HELIA and LIBP2P in the environment say which; packages come from the working
 * directory.
 */
import { createHash, randomFillSync } from 'node:crypto'
import { registerHooks } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const { HELIA, LIBP2P } = process.env
const workspace = pathToFileURL(join(process.cwd(), 'any.js')).href

registerHooks({
  resolve: (specifier, context, next) => next(specifier, context.parentURL === import.meta.url && !/^[.]|^node:|^file:/.test(specifier) ? { ...context, parentURL: workspace } : context)
})

const load = async (name: string): Promise<any> => import(name)

const [{ identify }, { noise }, { webSockets }, { yamux }, { multiaddr }, { MemoryBlockstore }, { MemoryDatastore }, { createHelia }, { unixfs }, { CID }] = await Promise.all(
  ['@libp2p/identify', '@libp2p/noise', '@libp2p/websockets', '@libp2p/yamux', '@multiformats/multiaddr', 'blockstore-core', 'datastore-core', 'helia', '@helia/unixfs', 'multiformats/cid'].map(load)
)

const options = {
  addresses: { listen: ['/ip4/127.0.0.1/tcp/0/ws'] },
  transports: [webSockets()],
  connectionEncrypters: [noise()],
  streamMuxers: [yamux()],
  contentRouters: [],
  peerDiscovery: [],
  peerRouters: [],
  services: { identify: identify() }
}

async function start (): Promise<any> {
  const stores = { blockstore: new MemoryBlockstore(), datastore: new MemoryDatastore() }

  if (HELIA === '7') {
    const helia = createHelia({ ...stores, libp2p: options })
    await helia.start()

    return helia
  }

  const { createLibp2p } = LIBP2P === 'libp2p-ws' ? await import('../../packages/host/dist/index.js') : await load('libp2p')
  const { bitswap } = await load('@helia/block-brokers')

  return createHelia({ ...stores, libp2p: await createLibp2p(options), blockBrokers: [bitswap()], routers: [] })
}

const helia = await start()
const [command, first = '', second = ''] = process.argv.slice(2)

if (command === 'add') {
  const data = randomFillSync(new Uint8Array(Number(first) * 1_048_576))
  const cid = await unixfs(helia).addBytes(data)
  print({ address: String(helia.libp2p.getMultiaddrs()[0]), cid: String(cid), sha256: createHash('sha256').update(data).digest('hex') })
} else {
  const hash = createHash('sha256')
  let bytes = 0
  await helia.libp2p.dial(multiaddr(first))

  for await (const chunk of unixfs(helia).cat(CID.parse(second))) {
    hash.update(chunk)
    bytes += chunk.length
  }

  print({ sha256: hash.digest('hex'), bytes, agent: helia.libp2p.components.nodeInfo.userAgent })
  await helia.stop()
  process.exit()
}

function print (value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`)
}
