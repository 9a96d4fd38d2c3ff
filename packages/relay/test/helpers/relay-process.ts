import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'

const BIN = fileURLToPath(new URL('../../src/bin.ts', import.meta.url))

export interface Ended {
  code: number | null
  stdout: string
  stderr: string
}

/** The command, run as a user runs it. */
export class RelayProcess {
  readonly child: ChildProcessWithoutNullStreams
  readonly ended: Promise<Ended>
  #stdout = ''

  constructor (args: string[], env: NodeJS.ProcessEnv = {}) {
    this.child = spawn(process.execPath, [BIN, ...args], { env: { ...process.env, DEBUG: '', ...env } })
    let stderr = ''
    this.child.stdout.on('data', chunk => { this.#stdout += `${chunk}` })
    this.child.stderr.on('data', chunk => { stderr += `${chunk}` })
    this.ended = once(this.child, 'close').then(([code]) => ({ code: code as number | null, stdout: this.#stdout, stderr }))
  }

  /** Waits for a line of output that begins so, and gives the rest of it. */
  async line (prefix: string): Promise<string> {
    for (;;) {
      const found = this.#stdout.split('\n').slice(0, -1).find(line => line.startsWith(prefix))

      if (found !== undefined) {
        return found.slice(prefix.length)
      }

      const ended = await Promise.race([once(this.child.stdout, 'data').then(() => undefined), this.ended])

      if (ended !== undefined) {
        throw new Error(`no "${prefix}" before the end: ${ended.stdout}${ended.stderr}`)
      }
    }
  }

  async stop (): Promise<Ended> {
    this.child.kill('SIGTERM')

    return this.ended
  }
}
