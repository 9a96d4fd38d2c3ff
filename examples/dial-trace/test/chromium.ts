import { existsSync } from 'node:fs'
import { chromium } from 'playwright-core'
import type { Browser } from 'playwright-core'

/** Debian's; elsewhere say where with CHROMIUM_PATH. */
const EXECUTABLE = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium'

/** Nothing that would look for a network beyond this machine. */
const ARGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync'
]

/** A real browser, or nothing where there is none. */
export async function launchChromium (): Promise<Browser | undefined> {
  if (!existsSync(EXECUTABLE)) {
    process.stdout.write('skipped: no chromium\n')
    return undefined
  }

  return chromium.launch({ executablePath: EXECUTABLE, args: ARGS })
}
