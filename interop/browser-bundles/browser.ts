import { existsSync } from 'node:fs'
import http from 'node:http'
import { chromium } from 'playwright-core'
import type { PageResult } from './page.ts'
import type { AddressInfo } from 'node:net'
import type { Browser } from 'playwright-core'

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium'
const ARGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']

export function hasChromium (): boolean {
  return existsSync(CHROMIUM)
}

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

  static async start (): Promise<PageRunner> {
    const runner = new PageRunner(await chromium.launch({ executablePath: CHROMIUM, args: ARGS }))
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
