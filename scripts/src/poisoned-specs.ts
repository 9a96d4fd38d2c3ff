import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const MOCHA = createRequire(import.meta.url).resolve('mocha/bin/mocha.js')

/**
 * Runs specs in a process of their own in which memory that was released is
 * overwritten (`LIBP2P_WS_POISON=1`), and returns how many tests passed and failed.
 *
 * @param specs - files of one package
 * @throws {Error} when mocha could not run them
 */
export async function runPoisoned (specs: readonly URL[]): Promise<{ passes: number, failures: number }> {
  const { stdout } = await promisify(execFile)(process.execPath, [MOCHA, '--timeout', '60000', '--exit', '--reporter', 'json', ...specs.map(spec => fileURLToPath(spec))], {
    env: { ...process.env, LIBP2P_WS_POISON: '1' },
    maxBuffer: 64 * 1024 * 1024
  }).catch((err: { stdout: string }) => {
    // as many failed as its exit code says
    if (err.stdout.includes('{\n')) {
      return err
    }

    throw err
  })

  return JSON.parse(stdout.slice(stdout.indexOf('{\n'))).stats
}
