import { mkdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { MissingToolchainError } from '@libp2p-ws/interop/builds'
import { runToEnd } from '@libp2p-ws/interop/child-process'

const BUILD = new URL('../.build/', import.meta.url)

/** Downloading and compiling on a slow machine, ms. */
const TIMEOUT = 600_000

/**
 * Builds the Go program in `source` and returns its path.
 *
 * @throws {MissingToolchainError} where there is no Go
 */
export async function buildGo (name: string, source: URL): Promise<string> {
  const binary = fileURLToPath(new URL(name, BUILD))
  await mkdir(BUILD, { recursive: true })
  const { code, stderr } = await runToEnd('go', ['build', '-buildvcs=false', '-o', binary, '.'], {
    cwd: fileURLToPath(source),
    timeout: TIMEOUT
  }).catch((err) => { throw err.code === 'ENOENT' ? new MissingToolchainError('go') : err })

  if (code !== 0) {
    throw new Error(`go build of ${name} ended with ${code}: ${stderr}`)
  }

  return binary
}
