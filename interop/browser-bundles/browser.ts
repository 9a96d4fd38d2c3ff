import http from 'node:http'
import { launchChromium } from '@libp2p-ws/scripts/chromium'
import type { PageResult } from './page.ts'
import type { AddressInfo } from 'node:net'
import type { Browser } from 'playwright-core'

/** A browser with a server that has one page, whose script is set for each dial. */
export class PageRunner {
  readonly #browser: Browser
  readonly #server: http.Server
  #script = ''

  private constructor (browser: Browser) {
    this.#browser = browser
    this.#server = http.createServer((request, response) => {
      const isScript = request.url === '/page.js'
      response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html')
      response.end(isScript ? this.#script : '<!doctype html><script type="module" src="/page.js"></script>')
    })
  }

  /** Undefined where there is no browser. */
  static async start (): Promise<PageRunner | undefined> {
    const browser = await launchChromium()

    if (browser === undefined) {
      return undefined
    }

    const runner = new PageRunner(browser)
    await new Promise<void>(resolve => runner.#server.listen(0, '127.0.0.1', resolve))

    return runner
  }

  /** @throws {Error} what the page's dial rejected with */
  async dial (script: string, address: string): Promise<PageResult> {
    this.#script = script
    const page = await this.#browser.newPage()

    try {
      await page.goto(`http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`)

      return await page.evaluate(async address => (globalThis as any).dial(address), address)
    } finally {
      await page.close()
    }
  }

  async stop (): Promise<void> {
    await this.#browser.close()
    this.#server.close()
  }
}
