import { launchChromium } from '@libp2p-ws/scripts/chromium'
import { expect } from 'aegir/chai'
import { ChatPage } from './helpers/chat-page.ts'
import { Relays } from './helpers/relays.ts'
import type { Browser } from 'playwright-core'

describe('the chat page, in Chromium', () => {
  const relays = new Relays()
  let browser: Browser

  before(async function () {
    const launched = await launchChromium()

    if (launched === undefined) {
      this.skip()
    }

    browser = launched
  })

  after(async () => {
    await browser?.close()
  })

  afterEach(async () => {
    await Promise.all(browser?.contexts().map(async context => context.close()) ?? [])
    await relays.closeAll()
  })

  /** Each says something and sees what the other says. */
  async function talk (one: ChatPage, two: ChatPage): Promise<void> {
    await one.sees('You connected to them.')
    await two.sees('They connected to you.')
    await one.say('Hello, who is there?')
    await two.sees('Hello, who is there?')
    await two.say('A peer — 日本語 too')
    await one.sees('A peer — 日本語 too')

    expect(one.errors).to.deep.equal([])
    expect(two.errors).to.deep.equal([])
  }

  it('lets two pages on one relay chat', async () => {
    const relay = await relays.start()
    const [one, two] = await Promise.all([ChatPage.open(browser, relay), ChatPage.open(browser, relay)])
    await one.connect(await two.connectString())

    await talk(one, two)
  })

  it('lets two pages on two relays chat', async () => {
    const [one, two] = await Promise.all([
      relays.start().then(async relay => ChatPage.open(browser, relay)),
      relays.start().then(async relay => ChatPage.open(browser, relay))
    ])
    await one.connect(await two.connectString())

    await talk(one, two)
  })

  it('connects by a multiaddr as well, and by a peer id at the same relay', async () => {
    const relay = await relays.start()
    const [one, two, three] = await Promise.all([ChatPage.open(browser, relay), ChatPage.open(browser, relay), ChatPage.open(browser, relay)])
    await two.page.getByText('Addresses').click()
    await one.connect(await two.page.locator('#addresses li').first().textContent() ?? '')
    await talk(one, two)

    await three.connect(await two.peerId())
    await three.sees('You connected to them.')
    await three.say('I am the third')
    // The second page talks with the first, so it only counts what came.
    await two.page.locator('.unread', { hasText: '1' }).waitFor()
  })

  it('is the same peer after it was loaded again', async () => {
    const chat = await ChatPage.open(browser, await relays.start())
    const before = await chat.peerId()
    await chat.page.reload()
    await chat.online()

    expect(await chat.peerId()).to.equal(before)
  })

  it('sees the other one leave, and can be connected again', async () => {
    const relay = await relays.start()
    const [one, two] = await Promise.all([ChatPage.open(browser, relay), ChatPage.open(browser, relay)])
    await one.connect(await two.connectString())
    await talk(one, two)
    await one.page.getByRole('button', { name: 'Leave' }).click()
    await one.sees('You left.')
    await two.sees('They left.')

    await two.connect(await one.connectString())
    await two.say('Come back')
    await one.sees('Come back')

    await one.page.close()
    await two.sees('The connection is gone: stream reset')
  })

  it('says what is wrong with a peer that it cannot reach', async () => {
    const chat = await ChatPage.open(browser, await relays.start())
    await chat.connect('12D3KooWJtQS28tJSqVLtLipBBHNBt3VERzHEb1dFs6dHxe2DLBf')
    expect(await chat.problem()).to.contain('no address of it is known')

    await chat.page.getByRole('button', { name: 'Dismiss' }).click()
    await chat.connect('fish')
    expect(await chat.problem()).to.contain('"fish" is not a peer id')
  })

  it('says when the relay is gone, and starts again on request', async () => {
    const relay = await relays.start()
    const chat = await ChatPage.open(browser, relay)
    const before = await chat.peerId()
    await relays.closeAll()
    expect(await chat.problem()).to.contain('the relay stops')

    await relays.start({ port: relay.port })
    await chat.page.getByRole('button', { name: 'Try again' }).click()
    await chat.online()

    expect(await chat.peerId()).to.equal(before)
  })

  it('offers a new identity where its own is in use', async () => {
    const chat = await ChatPage.open(browser, await relays.start())
    const key = await chat.page.evaluate(() => sessionStorage.getItem('peer-key'))
    const copy = await chat.page.context().newPage()
    await copy.addInitScript(key => { sessionStorage.getItem('peer-key') ?? sessionStorage.setItem('peer-key', `${key}`) }, key)
    await copy.goto(chat.page.url())
    await copy.getByRole('alert').waitFor()
    expect(await copy.locator('#problem-text').textContent()).to.contain('in use by another session')

    await copy.getByRole('button', { name: 'Use a new identity' }).click()
    await copy.locator('#status[data-state="online"]').waitFor()
    expect(await copy.getByTitle('Your peer id').textContent()).to.not.equal(await chat.peerId())
  })

  it('shows what was said as text, whatever it looks like', async () => {
    const relay = await relays.start()
    const [one, two] = await Promise.all([ChatPage.open(browser, relay), ChatPage.open(browser, relay)])
    await one.connect(await two.connectString())
    await one.say('<img src=x onerror=alert(1)>')
    await two.sees('<img src=x onerror=alert(1)>')

    expect(await two.page.locator('#messages img').count()).to.equal(0)
  })

  it('names every control, and is used with the keyboard alone', async () => {
    const relay = await relays.start()
    const [one, two] = await Promise.all([ChatPage.open(browser, relay), ChatPage.open(browser, relay)])
    await one.page.getByLabel('Their connect string').focus()
    await one.page.keyboard.insertText(await two.connectString())
    await one.page.keyboard.press('Enter')
    await one.sees('You connected to them.')
    await one.page.keyboard.type('typed')
    await one.page.keyboard.press('Enter')
    await two.sees('typed')

    const unnamed = await one.page.locator('button, input').evaluateAll(controls => controls
      .filter(control => (control.textContent ?? '') === '' && (control as HTMLInputElement).labels?.length === 0)
      .map(control => control.outerHTML))
    expect(unnamed).to.deep.equal([])
  })
})
