import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'

/** Between being told to end and being killed, ms. */
const GRACE = 3_000

/** Of what a child writes to standard error, the end is kept, in characters. */
const STDERR_KEPT = 4_096

export interface ChildOptions {
  cwd?: string

  /** Of the whole run, ms. */
  timeout: number
}

export interface ChildOutcome {
  /** Null when the child was killed by a signal. */
  code: number | null
  stdout: string

  /** The end of it. */
  stderr: string
}

/** A child process that cannot outlive this one: it is killed on exit, and its standard input closes. */
export class Child {
  /** Settles when the process has ended and its output is read. */
  readonly closed: Promise<ChildOutcome>
  private readonly process: ChildProcess
  private stdout = ''

  /** How much of `stdout` was taken by `readLine`. */
  private taken = 0
  private stderr = ''

  constructor (command: string, args: string[], cwd?: string, env?: NodeJS.ProcessEnv) {
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], ...(cwd == null ? {} : { cwd }), ...(env == null ? {} : { env }) })
    const killOnExit = (): void => { child.kill('SIGKILL') }

    child.stdin.on('error', () => {}) // it may be gone before its input is closed
    child.stdout.setEncoding('utf8').on('data', (text: string) => { this.stdout += text })
    child.stderr.setEncoding('utf8').on('data', (text: string) => { this.stderr = (this.stderr + text).slice(-STDERR_KEPT) })

    process.once('exit', killOnExit)
    this.process = child
    this.closed = new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code) => {
        process.off('exit', killOnExit)
        resolve({ code, stdout: this.stdout, stderr: this.stderr })
      })
    })
    this.closed.catch(() => {}) // whoever waits for it is told
  }

  /** Of the process; -1 when it could not be started. */
  get pid (): number {
    return this.process.pid ?? -1
  }

  /**
   * The next line of standard output that has not been taken.
   *
   * @throws {Error} when the child ends, or `timeout` ms pass, without one
   */
  async readLine (timeout: number): Promise<string> {
    const line = Promise.withResolvers<string>()
    const timer = setTimeout(() => { line.reject(new Error(`no line of output in ${timeout} ms: ${this.stderr}`)) }, timeout)
    const look = (): void => {
      const end = this.stdout.indexOf('\n', this.taken)

      if (end !== -1) {
        line.resolve(this.stdout.slice(this.taken, end))
      }
    }

    this.process.stdout?.on('data', look)
    this.closed.then(
      ({ code }) => { line.reject(new Error(`ended with ${code} before the line that was waited for: ${this.stderr}`)) },
      line.reject
    )
    look()

    try {
      const text = await line.promise
      this.taken += text.length + 1
      return text
    } finally {
      clearTimeout(timer)
      this.process.stdout?.off('data', look)
    }
  }

  /** Writes a line to its standard input. */
  writeLine (text: string): void {
    this.process.stdin?.write(`${text}\n`)
  }

  /** Closes its standard input, asks it to end, and kills it when it does not. */
  async stop (): Promise<void> {
    this.process.stdin?.end()
    this.process.kill('SIGTERM')
    const timer = setTimeout(() => { this.process.kill('SIGKILL') }, GRACE)

    await this.closed.catch(() => {})
    clearTimeout(timer)
  }
}

/**
 * Runs a program to its end.
 *
 * @throws {Error} when it cannot be started (`code` is ENOENT when there is none) or takes longer than `timeout`
 */
export async function runToEnd (command: string, args: string[], { cwd, timeout }: ChildOptions): Promise<ChildOutcome> {
  const child = new Child(command, args, cwd)
  const timedOut = Promise.withResolvers<never>()
  const timer = setTimeout(() => { timedOut.reject(new Error(`${command} took longer than ${timeout} ms`)) }, timeout)

  try {
    return await Promise.race([child.closed, timedOut.promise])
  } finally {
    clearTimeout(timer)
    await child.stop()
  }
}
