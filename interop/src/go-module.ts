import { access } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { BUILD_TIMEOUT, MissingToolchainError } from './builds.ts'
import { runToEnd } from './child-process.ts'

export interface GoProgram {
  /** Of the module that it is in. */
  module: string

  /** Exact. */
  version: string

  /** Its directory in the module. */
  directory: string
}

const BUILD = new URL('../.build/', import.meta.url)

/**
 * Builds a program from the Go module proxy as its author pinned it: in its own
 * module, with its own `go.sum`. Built once.
 *
 * @returns the path of the program
 * @throws {MissingToolchainError} without Go
 * @throws {Error} with what Go said, when the module cannot be had or built
 */
export async function buildGoProgram ({ directory, module, version }: GoProgram): Promise<string> {
  const program = fileURLToPath(new URL(`${directory.split('/').at(-1)}-${version}`, BUILD))

  if (await access(program).then(() => true, () => false)) {
    return program
  }

  const source = JSON.parse(await go(['mod', 'download', '-json', `${module}@${version}`])).Dir
  await go(['build', '-o', program, `./${directory}`], source)

  return program
}

async function go (args: string[], cwd = fileURLToPath(BUILD)): Promise<string> {
  const { code, stderr, stdout } = await runToEnd('go', args, { cwd, timeout: BUILD_TIMEOUT }).catch(err => {
    throw err.code === 'ENOENT' ? new MissingToolchainError('go') : err
  })

  if (code !== 0) {
    throw new Error(`go ${args.join(' ')} ended with ${code}: ${stderr === '' ? stdout : stderr}`)
  }

  return stdout
}
