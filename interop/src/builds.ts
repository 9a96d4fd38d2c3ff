import { mkdir, readFile, rename } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { runToEnd } from './child-process.ts'

/** A peer that cannot be built on this machine. */
export class MissingToolchainError extends Error {
  override name = 'MissingToolchainError'
  code = 'ERR_MISSING_TOOLCHAIN'

  constructor (toolchain: string) {
    super(`no ${toolchain} toolchain`)
  }
}

/** What a build gives: the library's version and the program. */
export interface Build {
  version: string
  command: string
  args: string[]
}

/** Downloading and compiling a peer's dependencies on a slow machine, ms. */
export const BUILD_TIMEOUT = 1_200_000

const ROOT = new URL('..', import.meta.url)
const BUILD = new URL('.build/', ROOT)

export async function buildGoPeer (): Promise<Build> {
  const source = new URL('go-peer/', ROOT)
  const binary = await output('go-peer')
  const fresh = `${binary}.${process.pid}`
  await step('go', source, 'go', ['build', '-buildvcs=false', '-o', fresh, '.'])

  // at once, since the tests of another package may be starting it
  await rename(fresh, binary)

  return {
    version: await pinned(new URL('go.mod', source), /github\.com\/libp2p\/go-libp2p v(\S+)/),
    command: binary,
    args: []
  }
}

export async function buildRustPeer (): Promise<Build> {
  const source = new URL('rust-peer/', ROOT)
  const target = await output('rust')
  await step('rust', source, 'cargo', ['build', '--target-dir', target])

  return {
    version: await pinned(new URL('Cargo.toml', source), /^libp2p = .*?"=([^"]+)"/m),
    command: `${target}/debug/rust-peer`,
    args: []
  }
}

/** Needs Python 3.10 with the venv module. */
export async function buildPyPeer (): Promise<Build> {
  const source = new URL('py-peer/', ROOT)
  const environment = await output('py')
  const python = `${environment}/bin/python`
  await step('python', source, 'python3', ['-m', 'venv', environment])
  await step('python', source, python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', 'requirements.txt'])

  return {
    version: await pinned(new URL('requirements.txt', source), /^libp2p==(\S+)/m),
    command: python,
    args: [fileURLToPath(new URL('py_peer.py', source))]
  }
}

async function output (name: string): Promise<string> {
  await mkdir(BUILD, { recursive: true })
  return fileURLToPath(new URL(name, BUILD))
}

async function step (toolchain: string, cwd: URL, command: string, args: string[]): Promise<void> {
  const { code, stderr } = await runToEnd(command, args, { cwd: fileURLToPath(cwd), timeout: BUILD_TIMEOUT }).catch((err) => {
    throw err.code === 'ENOENT' ? new MissingToolchainError(toolchain) : err
  })

  if (code !== 0) {
    throw new Error(`${command} ${args[0]} ended with ${code}: ${stderr}`)
  }
}

/** The version that a manifest pins. */
async function pinned (manifest: URL, pattern: RegExp): Promise<string> {
  const version = pattern.exec(await readFile(manifest, 'utf8'))?.[1]

  if (version == null) {
    throw new Error(`no version of libp2p is pinned: ${pattern} is not in the manifest`)
  }

  return version
}
