import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { ChildProcess } from 'node:child_process'

const SOURCE = fileURLToPath(new URL('../../../../interop/go-peer', import.meta.url))
const run = promisify(execFile)

/** go-libp2p, as interop/go-peer has it. */
export class GoPeer {
  readonly #directory: string
  readonly #children: ChildProcess[] = []

  private constructor (directory: string) {
    this.#directory = directory
  }

  /** Nothing where there is no Go. */
  static async build (): Promise<GoPeer | undefined> {
    const directory = await mkdtemp(join(tmpdir(), 'relay-go-peer-'))

    try {
      await run('go', ['build', '-o', join(directory, 'go-peer'), '.'], { cwd: SOURCE })
    } catch (err) {
      await rm(directory, { recursive: true })

      if ((err as NodeJS.ErrnoException).code !== 'ENOENT') {
        throw err
      }

      process.stdout.write('skipped: no go toolchain\n')
      return undefined
    }

    return new GoPeer(directory)
  }

  /** Serves the test protocols; gives its multiaddr. */
  async listen (): Promise<string> {
    const child = spawn(join(this.#directory, 'go-peer'), ['listen'])
    this.#children.push(child)
    const [line] = await once(createInterface(child.stdout), 'line') as [string]
    const { addrs: [address = ''] } = JSON.parse(line) as { addrs: string[] }

    return address
  }

  /** Runs one of its tests against a peer; throws with its report when it fails. */
  async dial (address: string, test: string): Promise<void> {
    await run(join(this.#directory, 'go-peer'), ['dial', address, '--test', test])
  }

  async stop (): Promise<void> {
    await Promise.all(this.#children.map(async child => {
      child.stdin?.end()
      await once(child, 'close')
    }))
    await rm(this.#directory, { recursive: true })
  }
}
