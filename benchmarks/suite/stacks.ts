import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { version as jsVersion } from 'libp2p/version'
import { buildGo } from './go-build.ts'

export const STACKS = ['ours', 'js', 'go'] as const
export type StackName = typeof STACKS[number]

/** A stack that can be started as a process, at either end. */
export interface Stack {
  name: StackName

  /** Name and version. */
  implementation: string
  command: string
  args: string[]
}

const TYPESCRIPT_PEER = fileURLToPath(new URL('../peers/main.ts', import.meta.url))
const GO_PEER = new URL('../peers/go-peer/', import.meta.url)

/** @throws {Error} what the build of the Go peer says, `MissingToolchainError` among it */
export async function prepareStack (name: StackName): Promise<Stack> {
  if (name === 'go') {
    return { name, implementation: `go-libp2p ${await goVersion()}`, command: await buildGo('go-bench-peer', GO_PEER), args: [] }
  }

  return {
    name,
    implementation: name === 'ours' ? `libp2p-ws ${await ourVersion()}` : `js-libp2p ${jsVersion}`,
    command: process.execPath,
    args: ['--expose-gc', TYPESCRIPT_PEER, name]
  }
}

async function ourVersion (): Promise<string> {
  return JSON.parse(await readFile(new URL('../../packages/host/package.json', import.meta.url), 'utf8')).version
}

async function goVersion (): Promise<string> {
  const version = /go-libp2p v(\S+)/.exec(await readFile(new URL('go.mod', GO_PEER), 'utf8'))?.[1]

  if (version == null) {
    throw new Error('go.mod of the Go peer pins no go-libp2p')
  }

  return version
}
