/**
 * Makes docs/images/dial-trace.png. Run with `pnpm screenshot` after a change to
 * the page or the drawing.
 */
import { fileURLToPath } from 'node:url'
import { launchChromium } from '@libp2p-ws/scripts/chromium'
import { servePage } from '../src/page-server.ts'

const FILE = fileURLToPath(new URL('../../../docs/images/dial-trace.png', import.meta.url))

const server = await servePage()
const browser = await launchChromium()

if (browser !== undefined) {
  const page = await browser.newPage({ viewport: { width: 1060, height: 800 }, colorScheme: 'light' })
  await page.goto(server.url)
  await page.waitForFunction(() => document.querySelectorAll('section[data-state="ended"]').length === document.querySelectorAll('section').length)
  await page.screenshot({ path: FILE, fullPage: true })
  await browser.close()
}

await server.close()
