import { fileURLToPath } from 'node:url'
import { runToEnd } from '@libp2p-ws/interop/child-process'

const ROOT = new URL('../../', import.meta.url)

/** What `peers/stacks/ours.ts` imports; what those need is built with them. */
const PACKAGES = ['host', 'noise', 'transport', 'yamux']
const TIMEOUT = 300_000

/** @throws {Error} what the compiler says */
export async function buildPackages (): Promise<void> {
  const tsc = fileURLToPath(new URL('node_modules/typescript/bin/tsc', ROOT))
  const { code, stdout } = await runToEnd(process.execPath, [tsc, '-b', ...PACKAGES.map(name => `packages/${name}`)], {
    cwd: fileURLToPath(ROOT),
    timeout: TIMEOUT
  })

  if (code !== 0) {
    throw new Error(`the packages do not build:\n${stdout}`)
  }
}
