/**
 * Makes docs/images/chat.png: two browsers, each at a relay of its own, that
 * chat. Run with `pnpm screenshot` after a change to the page.
 */
import { fileURLToPath } from 'node:url'
import { launchChromium } from '@libp2p-ws/scripts/chromium'
import { ChatPage } from './helpers/chat-page.ts'
import { Relays } from './helpers/relays.ts'
import type { Browser } from 'playwright-core'

const FILE = fileURLToPath(new URL('../../../docs/images/chat.png', import.meta.url))
const SIZE = { width: 800, height: 660 }
const GAP = 20

const relays = new Relays()
const browser = await launchChromium()

if (browser !== undefined) {
  const [one, two] = await Promise.all([
    ChatPage.open(browser, await relays.start(), { viewport: SIZE, colorScheme: 'light' }),
    ChatPage.open(browser, await relays.start(), { viewport: SIZE, colorScheme: 'dark' })
  ])
  await chat(one, two)
  await sideBySide(browser, await Promise.all([one, two].map(async ({ page }) => page.screenshot())))
  await browser.close()
}

await relays.closeAll()

async function chat (one: ChatPage, two: ChatPage): Promise<void> {
  await one.connect(await two.connectString())
  await one.sees('You connected to them.')
  await say(one, two, 'Hello! Can you read this?')
  await say(two, one, 'I can. Which relay are you on?')
  await say(one, two, 'Mine, and you are on yours.')
  await say(two, one, 'So this is libp2p, from a web page.')
}

async function say (from: ChatPage, to: ChatPage, text: string): Promise<void> {
  await from.say(text)
  await to.sees(text)
}

async function sideBySide (browser: Browser, pictures: Buffer[]): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 2 * SIZE.width + GAP, height: SIZE.height } })
  const images = pictures.map(picture => `<img src="data:image/png;base64,${picture.toString('base64')}" style="border-radius: 12px">`)

  await page.setContent(`<body style="margin: 0; display: flex; gap: ${GAP}px; background: transparent">${images.join('')}`)
  await page.screenshot({ path: FILE, omitBackground: true })
}
