import { mkdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { Child, runToEnd } from '@libp2p-ws/interop/child-process'
import { preparePeer } from '@libp2p-ws/interop/peers'
import { CASES, CROWD } from './cases.ts'
import { dial } from './measure.ts'
import { ADDRESS, FAR, TestNetwork, VERY_FAR } from './network.ts'
import { GOOD_PORT, WRONG_PEER_PORT } from './places.ts'
import type { Listeners } from './cases.ts'
import type { Dialer } from './measure.ts'
import type { DelayedLink } from './network.ts'
import type { Listening } from '@libp2p-ws/interop/contract'
import type { Peer, PeerName } from '@libp2p-ws/interop/peers'

/** For a process to be ready, ms. */
const READY_TIMEOUT = 60_000

/** Dials of each dialer before anything is measured: V8 goes on compiling for that long. */
export const WARM_UP_DIALS = 2_000

/**
 * When a dialer is told to give up, ms. For js-libp2p this is its own default
 * (`connectionManager.dialTimeout`); go-libp2p's slowest case takes 30 s.
 */
const DIAL_TIMEOUT: Partial<Record<PeerName, number>> = { ours: 40_000, js: 10_000, go: 40_000 }

/** The network, the peers to dial and the dialers, all running. */
export class Laboratory {
  private readonly network: TestNetwork = new TestNetwork()
  readonly dialers: Dialer[] = []
  readonly listeners: Listeners = { good: { peerId: '' }, crowd: [] }
  private readonly children: Child[] = []

  static async open (dialers: string[]): Promise<Laboratory> {
    const laboratory = new Laboratory()
    // The children are killed on exit too; namespaces would stay.
    process.once('SIGINT', () => { process.exit(130) })
    process.once('SIGTERM', () => { process.exit(143) })
    process.once('exit', () => { laboratory.network.close() })

    try {
      await laboratory.prepare(dialers)
    } catch (err) {
      await laboratory.close()
      throw err
    }

    return laboratory
  }

  async close (): Promise<void> {
    await Promise.all(this.children.map(async child => child.stop()))
    this.network.close()
  }

  private async prepare (dialers: string[]): Promise<void> {
    const peers = await Promise.all(dialers.map(async name => preparePeer(toPeerName(name))))
    const goPeer = await preparePeer('go')
    const delayLink = await buildDelayLink()

    this.network.open()
    await this.startDelayLink(delayLink, FAR)
    await this.startDelayLink(delayLink, VERY_FAR)
    await this.startListeners(goPeer)

    for (const peer of peers) {
      this.dialers.push(await this.startDialer(peer))
    }
  }

  private async startDelayLink (binary: string, link: DelayedLink): Promise<void> {
    const child = this.start(binary, this.network.delayLinkArgs(link))
    await child.readLine(READY_TIMEOUT)
    this.network.useDelayedLink(link)
  }

  private async startListeners ({ command, args }: Peer): Promise<void> {
    const listen = (count: number, ...addresses: string[]): Child => this.start(...this.network.amongListeners(command, [
      ...args, 'listen', '--security', 'noise', '--count', count.toString(), ...addresses.flatMap(address => ['--listen', address])
    ]))
    const servers = this.start(...this.network.amongListeners(process.execPath, [
      fileURLToPath(new URL('servers.ts', import.meta.url))
    ]))
    await servers.readLine(READY_TIMEOUT)

    const good = listen(1, `/ip4/0.0.0.0/tcp/${GOOD_PORT}/ws`)
    this.listeners.good = await readListening(good)
    await readListening(listen(1, `/ip4/${ADDRESS.listener}/tcp/${WRONG_PEER_PORT}/ws`))

    const crowd = listen(CROWD, `/ip4/${ADDRESS.listener}/tcp/0/ws`)

    for (let n = 0; n < CROWD; n++) {
      const { peerId, addrs: [address = ''] } = await readListening(crowd)
      this.listeners.crowd.push({ peerId, port: Number(/\/tcp\/(\d+)/.exec(address)?.[1]) })
    }
  }

  private async startDialer ({ name, implementation, command, args }: Peer): Promise<Dialer> {
    const child = this.start(...this.network.amongDialers(command, [...args, 'dial-batches', '--security', 'noise']))
    const dialer = { name, implementation, child, timeout: DIAL_TIMEOUT[name] ?? 0 }
    const [oneGoodAddress] = CASES

    for (let n = 0; n < WARM_UP_DIALS; n++) {
      const { outcomes } = await dial(dialer, { targets: oneGoodAddress?.targets(this.listeners) ?? [] })

      if (!outcomes.every(({ ok }) => ok)) {
        throw new Error(`${implementation} cannot dial a good address: ${outcomes[0]?.error}`)
      }
    }

    return dialer
  }

  private start (command: string, args: string[]): Child {
    const child = new Child(command, args)
    this.children.push(child)
    return child
  }
}

async function readListening (child: Child): Promise<Listening> {
  return JSON.parse(await child.readLine(READY_TIMEOUT))
}

async function buildDelayLink (): Promise<string> {
  const build = new URL('../.build/', import.meta.url)
  const binary = fileURLToPath(new URL('delay-link', build))
  await mkdir(build, { recursive: true })

  const { code, stderr } = await runToEnd('go', ['build', '-buildvcs=false', '-o', binary, '.'], {
    cwd: fileURLToPath(new URL('delay-link/', import.meta.url)),
    timeout: 120_000
  })

  if (code !== 0) {
    throw new Error(`go build ended with ${code}: ${stderr}`)
  }

  return binary
}

function toPeerName (name: string): PeerName {
  if (name === 'ours' || name === 'js' || name === 'go') {
    return name
  }

  throw new TypeError(`--dialers "${name}" is none of ours, js, go`)
}
