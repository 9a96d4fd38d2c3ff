import http from 'node:http'
import { fileURLToPath } from 'node:url'
import { echo } from '@libp2p/echo'
import { identify } from '@libp2p/identify'
import { ping } from '@libp2p/ping'
import { launchChromium } from '@libp2p-ws/scripts/chromium'
import { expect } from 'aegir/chai'
import { build } from 'esbuild'
import { OURS, STOCK } from './fixtures/implementations.ts'
import { Nodes } from './fixtures/nodes.ts'
import type { PageResult } from './browser/page.ts'
import type { AddressInfo } from 'node:net'
import type { Browser } from 'playwright-core'

describe('in Chromium', function () {
  this.timeout(120_000)

  const nodes = new Nodes()
  let browser: Browser | undefined
  let pages: http.Server | undefined

  before(async function () {
    browser = await launchChromium()

    if (browser === undefined) {
      this.skip()
    }

    const script = await bundle()
    pages = http.createServer((request, response) => {
      response.setHeader('content-type', request.url === '/page.js' ? 'text/javascript' : 'text/html')
      response.end(request.url === '/page.js' ? script : '<!doctype html><script type="module" src="/page.js"></script>')
    })
    await new Promise<void>(resolve => pages?.listen(0, '127.0.0.1', resolve))
  })

  after(async () => {
    await browser?.close()
    pages?.close()
  })

  afterEach(async () => { await nodes.stop() })

  for (const { createLibp2p, name } of [OURS, STOCK]) {
    it(`a page dials ${name} over ws, identifies it, pings it and has a megabyte echoed`, async () => {
      const listener = await nodes.onWebSockets(createLibp2p, { services: { echo: echo(), identify: identify(), ping: ping() } })
      const result = await runInPage(String(listener.getMultiaddrs()[0]))
      const agents = { [OURS.name]: 'libp2p-ws/', [STOCK.name]: 'js-libp2p/' }

      expect(result.agent).to.include(agents[name])
      expect({ ...result, agent: '' }).to.deep.equal({
        remotePeer: listener.peerId.toString(),
        agent: '',
        isEchoed: true,
        pinged: true,
        denied: 'DialDeniedError',
        maxConnections: 100
      })
    })
  }

  it('a page prints what enable() of @libp2p/logger selects', async () => {
    const printed: string[] = []
    const page = await browser?.newPage()
    page?.on('console', message => { printed.push(message.text()) })
    await page?.goto(`http://127.0.0.1:${(pages?.address() as AddressInfo).port}/`)
    await page?.evaluate(async () => (globalThis as any).print())
    await page?.close()

    expect(printed.filter(line => line.includes('printed'))).to.have.lengthOf(1)
    expect(printed.find(line => line.includes('printed'))).to.include('page:this')
  })

  async function runInPage (address: string): Promise<PageResult> {
    const page = await browser?.newPage()

    try {
      await page?.goto(`http://127.0.0.1:${(pages?.address() as AddressInfo).port}/`)

      return await page?.evaluate(async address => (globalThis as any).run(address), address)
    } finally {
      await page?.close()
    }
  }
})

/** As an application would be bundled, from the package as it is published. */
async function bundle (): Promise<string> {
  const result = await build({
    entryPoints: [fileURLToPath(new URL('browser/page.ts', import.meta.url))],
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    write: false
  })

  return result.outputFiles[0]?.text ?? ''
}
