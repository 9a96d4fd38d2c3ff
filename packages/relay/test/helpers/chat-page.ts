import type { Relay } from '../../src/index.ts'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'

/** The chat page, used as a person uses it. */
export class ChatPage {
  readonly page: Page

  /** What went wrong in the page. */
  readonly errors: string[] = []

  private constructor (page: Page) {
    this.page = page
    page.on('pageerror', err => { this.errors.push(err.message) })
    page.on('console', message => {
      if (message.type() === 'error') {
        this.errors.push(message.text())
      }
    })
  }

  /** In a browser context of its own, as for another person. */
  static async open (browser: Browser, relay: Relay, options: BrowserContextOptions = {}): Promise<ChatPage> {
    const context = await browser.newContext(options)
    const chat = new ChatPage(await context.newPage())
    await chat.page.goto(`${relay.url}/chat.html`)
    await chat.online()

    return chat
  }

  async online (): Promise<void> {
    await this.page.locator('#status[data-state="online"]').waitFor()
  }

  async peerId (): Promise<string> {
    return await this.page.getByTitle('Your peer id').textContent() ?? ''
  }

  async connectString (): Promise<string> {
    return this.page.getByLabel('Your connect string').inputValue()
  }

  async connect (peer: string): Promise<void> {
    await this.page.getByLabel('Their connect string').fill(peer)
    await this.page.getByRole('button', { name: 'Connect', exact: true }).click()
  }

  async say (text: string): Promise<void> {
    await this.page.getByLabel('Message', { exact: true }).fill(text)
    await this.page.getByRole('button', { name: 'Send' }).click()
  }

  /** Waits until a line of the conversation has that text. */
  async sees (text: string): Promise<void> {
    await this.page.getByRole('log').getByText(text).waitFor()
  }

  /** Waits for a problem to be shown, and gives its text. */
  async problem (): Promise<string> {
    await this.page.getByRole('alert').waitFor()

    return await this.page.locator('#problem-text').textContent() ?? ''
  }
}
