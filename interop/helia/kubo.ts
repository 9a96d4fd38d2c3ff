import { spawn } from 'node:child_process'
import { createHash, randomFillSync } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildGoProgram } from '../src/go-module.ts'
import type { Party, PartyKind } from './parties.ts'
import type { ChildProcess } from 'node:child_process'

export const KUBO = { module: 'github.com/ipfs/kubo', version: 'v0.43.0', directory: 'cmd/ipfs' }

/** On the loopback, over ws, and asking nobody for anything. */
const SETTINGS = {
  'Addresses.Swarm': ['/ip4/127.0.0.1/tcp/0/ws'],
  'AutoConf.Enabled': false,
  Bootstrap: [],
  'DNS.Resolvers': {},
  'Ipns.DelegatedPublishers': [],
  'Routing.DelegatedRouters': [],
  'Routing.Type': 'none',
  'Version.SwarmCheckEnabled': false
}

/**
 * Kubo, built from the Go module proxy.
 *
 * @throws {Error} with what Go said, when it cannot be built
 */
export async function kubo (): Promise<PartyKind> {
  const program = await buildGoProgram(KUBO)

  return { name: `Kubo ${KUBO.version.slice(1)}`, start: async () => Kubo.start(program) }
}

class Kubo implements Party {
  readonly #program: string
  readonly #repository: string
  #daemon: ChildProcess | undefined

  constructor (program: string, repository: string) {
    this.#program = program
    this.#repository = repository
  }

  static async start (program: string): Promise<Kubo> {
    const node = new Kubo(program, await mkdtemp(join(tmpdir(), 'kubo-')))
    await node.#ipfs(['init', '--profile=test'])

    for (const [name, value] of Object.entries(SETTINGS)) {
      await node.#ipfs(['config', '--json', name, JSON.stringify(value)])
    }

    await node.#startDaemon()

    return node
  }

  async add (mebibytes: number): Promise<{ address: string, cid: string, sha256: string }> {
    const data = randomFillSync(new Uint8Array(mebibytes * 1_048_576))
    const cid = await this.#text(['add', '--quieter', '--cid-version=1'], data)
    const [address = ''] = (await this.#text(['swarm', 'addrs', 'local', '--id'])).split('\n')

    return { address, cid, sha256: createHash('sha256').update(data).digest('hex') }
  }

  async get (address: string, cid: string): Promise<{ sha256: string, bytes: number, agent: string }> {
    await this.#ipfs(['swarm', 'connect', address])
    const [hash, agent] = [createHash('sha256'), await this.#text(['id', '--format=<aver>'])]
    let bytes = 0
    await this.#ipfs(['cat', cid], chunk => {
      hash.update(chunk)
      bytes += chunk.length
    })

    return { sha256: hash.digest('hex'), bytes, agent }
  }

  async stop (): Promise<void> {
    const daemon = this.#daemon

    if (daemon != null && daemon.exitCode == null) {
      const closed = new Promise(resolve => { daemon.once('close', resolve) })
      daemon.kill()
      await closed
    }

    await rm(this.#repository, { recursive: true })
  }

  async #startDaemon (): Promise<void> {
    const daemon = this.#daemon = this.#spawn(['daemon'])
    let output = ''
    await new Promise<void>((resolve, reject) => {
      const look = (chunk: Buffer): void => {
        output += chunk.toString()
        output.includes('Daemon is ready') && resolve()
      }
      daemon.stdout?.on('data', look)
      daemon.stderr?.on('data', look)
      daemon.once('close', () => { reject(new Error(`kubo did not start: ${output}`)) })
    })
  }

  async #text (args: string[], input?: Uint8Array): Promise<string> {
    let text = ''
    await this.#ipfs(args, chunk => { text += chunk.toString() }, input)

    return text.trim()
  }

  async #ipfs (args: string[], onOutput: (chunk: Buffer) => void = () => {}, input?: Uint8Array): Promise<void> {
    const command = this.#spawn(args)
    let errors = ''
    command.stdout?.on('data', onOutput)
    command.stderr?.on('data', chunk => { errors += chunk.toString() })
    command.stdin?.end(input)
    const code = await new Promise(resolve => command.once('close', resolve))

    if (code !== 0) {
      throw new Error(`ipfs ${args.join(' ')} ended with ${code}: ${errors}`)
    }
  }

  #spawn (args: string[]): ChildProcess {
    return spawn(this.#program, args, { env: { ...process.env, IPFS_PATH: this.#repository, IPFS_TELEMETRY: 'off' } })
  }
}
