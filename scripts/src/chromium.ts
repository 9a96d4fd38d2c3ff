import { existsSync } from 'node:fs'
import { chromium } from 'playwright-core'
import type { Browser } from 'playwright-core'

/** Where Linux distributions put it. */
const PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

const ARGS = [
  // root has no sandbox, and CI runs as root
  '--no-sandbox',
  '--disable-gpu',
  // nothing that would look for a network beyond this machine
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync'
]

/**
 * A real browser for tests: the one that the environment variable `CHROMIUM` names,
 * else the machine's. Where there is none, says so in the way that
 * `scripts/test.ts` counts, and gives undefined.
 *
 * @throws {Error} when the browser does not start
 */
export async function launchChromium (): Promise<Browser | undefined> {
  const executablePath = process.env.CHROMIUM ?? PATHS.find(path => existsSync(path))

  if (executablePath === undefined) {
    process.stdout.write('skipped: no chromium\n')
    return undefined
  }

  return chromium.launch({ executablePath, args: ARGS })
}
