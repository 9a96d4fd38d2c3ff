import { launchChromium } from '@libp2p-ws/scripts/chromium'
import { expect } from 'aegir/chai'
import { servePage } from '../src/page-server.ts'
import type { PageServer } from '../src/page-server.ts'
import type { Browser, Locator, Page } from 'playwright-core'

/** For the slowest dial, with a browser that starts beside other tests, ms. */
const TIMEOUT = 30_000

/** What dialTraceSvg draws a connection attempt and a handshake in. */
const CONNECTING = '#56b4e9'
const HANDSHAKE = '#0072b2'

/** Where it draws the bars of a row: px from the baseline of the label to the top of the bar. */
const ABOVE_BASELINE = 10

describe('the dial trace page, in Chromium', function () {
  this.timeout(2 * TIMEOUT)

  const errors: string[] = []
  let server: PageServer
  let browser: Browser | undefined
  let page: Page

  before(async function () {
    browser = await launchChromium()

    if (browser === undefined) {
      this.skip()
    }

    server = await servePage()
    page = await browser.newPage()
    page.setDefaultTimeout(TIMEOUT)
    page.on('pageerror', err => { errors.push(`${err}`) })
    page.on('console', message => { message.type() === 'error' && errors.push(message.text()) })
    await page.goto(server.url)
  })

  after(async () => {
    await browser?.close()
    await server?.close()
  })

  /** How many bars of `color` the row of `address` has. */
  async function bars (picture: Locator, address: string, color: string): Promise<number> {
    const baseline = await picture.locator('g > text', { hasText: address }).getAttribute('y')

    return picture.locator(`rect[y="${Number(baseline) - ABOVE_BASELINE}"][fill="${color}"]`).count()
  }

  async function drawn (id: string): Promise<Locator> {
    const picture = page.locator(`#${id}[data-state="ended"] .trace > svg`)
    await picture.waitFor()

    return picture
  }

  it('draws a bar for each address that was dialed, and what became of it', async () => {
    const picture = await drawn('mixed')
    const text = await picture.textContent()

    for (const address of ['/ip6/2001:db8::1/tcp/4001/ws', '/ip4/192.0.2.1/tcp/4001/ws', '/ip4/192.0.2.2/tcp/4001/ws', '/ip4/192.0.2.3/tcp/4001/ws']) {
      expect(await bars(picture, address, CONNECTING), address).to.equal(1)
    }

    expect(await bars(picture, '/ip4/192.0.2.2/tcp/4001/ws', HANDSHAKE)).to.equal(0)
    expect(await bars(picture, '/ip4/192.0.2.3/tcp/4001/ws', HANDSHAKE)).to.be.at.least(1)
    expect(text).to.match(/: connected after \d+ ms/)
    expect(text).to.match(/canceled after \d+ ms/)
    expect(text).to.match(/ECONNREFUSED after \d+ ms/)
    expect(text).to.match(/connected in \d+ ms/)
  })

  it('draws what comes late, what stalls, and what fails', async () => {
    const [eight, stalled, late, unreachable] = await Promise.all(['eight-dead', 'stalled', 'found-late', 'unreachable'].map(drawn))

    expect(await eight?.textContent()).to.match(/connected after \d+ ms/)
    expect(await bars(stalled as Locator, '/ip6/2001:db8::1/tcp/4001/ws', HANDSHAKE)).to.be.at.least(1)
    expect(await late?.textContent()).to.include('/ip4/192.0.2.2/tcp/4001/ws from peer-routing')
    expect(await unreachable?.textContent()).to.match(/: failed after \d+ ms/).and.to.include('skipped: unspecified address')
    expect(errors).to.deep.equal([])
  })

  it('draws a dial while it is under way', async () => {
    await drawn('unreachable')
    await page.locator('#eight-dead button').click()
    const picture = page.locator('#eight-dead[data-state="dialing"] .trace > svg', { hasText: ': under way' })

    // a slot is given up after a second, so this comes before the end
    await picture.locator(`rect[fill="${CONNECTING}"]`).nth(7).waitFor()
    await drawn('eight-dead')
  })
})
