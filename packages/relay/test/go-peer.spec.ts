import { fileURLToPath } from 'node:url'
import { launchChromium } from '@libp2p-ws/scripts/chromium'
import { expect } from 'aegir/chai'
import { GoPeer } from './helpers/go-peer.ts'
import { Relays } from './helpers/relays.ts'
import type { Browser, Page } from 'playwright-core'

const FIXTURES = fileURLToPath(new URL('./fixtures', import.meta.url))
const MiB = 1024 * 1024

/** What fixtures/echo.js puts there. */
declare const window: {
  echo(peer: string, size: number): Promise<boolean>
  serve(): Promise<string>
}

describe('a page and a go-libp2p peer', function () {
  // A first build of go-libp2p.
  this.timeout(300_000)

  const relays = new Relays()
  let browser: Browser | undefined
  let go: GoPeer | undefined
  let page: Page

  before(async function () {
    browser = await launchChromium()
    go = browser === undefined ? undefined : await GoPeer.build()

    if (browser === undefined || go === undefined) {
      this.skip()
    }

    const relay = await relays.start({ files: [FIXTURES] })
    page = await browser.newPage()
    await page.goto(`${relay.url}/echo.html`)
  })

  after(async () => {
    await browser?.close()
    await go?.stop()
    await relays.closeAll()
  })

  it('echo 1 MiB each way when the page connects, and the bytes are equal', async () => {
    const address = await go?.listen() ?? ''

    expect(await page.evaluate(async ([address, size]) => window.echo(address, size), [address, MiB] as const)).to.equal(true)
  })

  it('refuse what the other does not speak', async () => {
    const address = await page.evaluate(async () => window.serve())
    const err = await go?.dial(address, 'half-close').then(() => undefined, (err: unknown) => err)

    expect(err).to.have.property('stdout').that.contains('protocols not supported')
  })
})
