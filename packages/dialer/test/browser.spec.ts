/** A change of network, in a real browser. */
import { fileURLToPath } from 'node:url'
import { launchChromium } from '@libp2p-ws/scripts/chromium'
import { expect } from 'aegir/chai'
import { build } from 'esbuild'
import type { Browser, BrowserContext, Page } from 'playwright-core'

const ALL_FAILED = 'ERR_ALL_DIALS_FAILED'
const BACKOFF = 'ERR_DIAL_BACKOFF'

describe('in Chromium', function () {
  this.timeout(60_000)

  let browser: Browser | undefined
  let script = ''
  let context: BrowserContext
  let page: Page

  before(async function () {
    browser = await launchChromium()

    if (browser === undefined) {
      this.skip()
    }

    script = await bundle()
  })

  after(async () => { await browser?.close() })

  beforeEach(async () => {
    context = await (browser as Browser).newContext()
    page = await context.newPage()
    await page.addScriptTag({ content: script })
  })

  afterEach(async () => { await context.close() })

  async function dial (code: string): Promise<{ cause: string, dials: number }> {
    return page.evaluate(async code => (globalThis as any).dial(code), code)
  }

  /** The browser loses its network and has it back; resolves when the page was told. */
  async function reconnect (): Promise<void> {
    await page.evaluate(() => {
      Object.assign(globalThis, { isBack: new Promise(resolve => { globalThis.addEventListener('online', resolve, { once: true }) }) })
    })
    await context.setOffline(true)
    await context.setOffline(false)
    await page.evaluate(async () => { await (globalThis as any).isBack })
  }

  it('an address that failed for want of a network is dialed again when the browser is back online', async () => {
    expect(await dial('ENETUNREACH')).to.deep.equal({ cause: ALL_FAILED, dials: 1 })
    expect(await dial('ENETUNREACH')).to.deep.equal({ cause: BACKOFF, dials: 1 })
    await reconnect()

    expect(await dial('ENETUNREACH')).to.deep.equal({ cause: ALL_FAILED, dials: 2 })
  })

  it('an address that refused is not', async () => {
    await dial('ECONNREFUSED')
    await reconnect()

    expect(await dial('ECONNREFUSED')).to.deep.equal({ cause: BACKOFF, dials: 1 })
  })
})

async function bundle (): Promise<string> {
  const { outputFiles: [script] } = await build({
    entryPoints: [fileURLToPath(new URL('browser/page.ts', import.meta.url))],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022'
  })

  return script?.text ?? ''
}
