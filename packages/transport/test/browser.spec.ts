import http from 'node:http'
import https from 'node:https'
import net from 'node:net'
import { echo } from '@libp2p/echo'
import { noise } from '@libp2p/noise'
import { yamux } from '@libp2p/yamux'
import { launchChromium } from '@libp2p-ws/scripts/chromium'
import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import { build } from 'esbuild'
import { createLibp2p } from 'libp2p'
import { webSockets } from '../src/index.ts'
import { Authority } from './fixtures/certificates.ts'
import { TestUpgrader } from './fixtures/components.ts'
import { event } from './fixtures/streams.ts'
import { transport, unusedPort } from './fixtures/transport.ts'
import type { BrowserTestConfig, BrowserTestResult } from './browser/protocol.ts'
import type { WebSocketCloseDetail, WebSocketsInit } from '../src/index.ts'
import type { Libp2p, Listener, MultiaddrConnection, StreamCloseEvent } from '@libp2p/interface'
import type { AddressInfo } from 'node:net'
import type { Browser } from 'playwright-core'

describe('Chromium', function () {
  this.timeout(180_000)

  const listeners: Listener[] = []
  let node: Libp2p
  let silent: net.Server
  let pages: http.Server
  let securePages: http.Server
  let browser: Browser
  let config: BrowserTestConfig

  let sending = (): Uint8Array => new Uint8Array(4)

  before(async function () {
    const launched = await launchChromium()

    if (launched === undefined) {
      this.skip()
    }

    browser = launched
    const authority = await Authority.create()
    const certificate = await authority.issue({ ip: ['127.0.0.1'] })
    const script = await bundleSuite()
    pages = await servePages(http.createServer(), script)
    securePages = await servePages(https.createServer(certificate), script)
    silent = net.createServer(socket => socket.on('error', () => {}))
    await new Promise<void>(resolve => { silent.listen(0, '127.0.0.1', resolve) })
    node = await createLibp2p({
      addresses: { listen: ['/ip4/127.0.0.1/tcp/0/ws', '/ip4/127.0.0.1/tcp/0/ws'] },
      transports: [webSockets()],
      connectionEncrypters: [noise()],
      streamMuxers: [yamux()],
      connectionManager: { inboundConnectionThreshold: Infinity },
      services: { echo: echo({ maxInboundStreams: 5_000, timeout: 180_000 }) }
    })
    const [first, second] = node.getMultiaddrs().map(String)
    config = {
      node: [first ?? '', second ?? ''],
      echo: await listen(sendBack),
      secureEcho: await listen(sendBack, '/ip4/127.0.0.1/tcp/0/tls/ws', { https: certificate }),
      abort: await listen(maConn => {
        maConn.addEventListener('message', () => {
          maConn.abort(Object.assign(new Error('too many'), { closeCode: 0x1001 }))
        })
      }),
      ends: await listen(tellEnds()),
      slow: await listen(countSlowly),
      stream: true,
      source: await listen(maConn => { sending = sendMuch(maConn) }),
      sent: await listen(maConn => { maConn.send(sending()) }),
      silent: `/ip4/127.0.0.1/tcp/${(silent.address() as AddressInfo).port}/ws`,
      closed: `/ip4/127.0.0.1/tcp/${await unusedPort()}/ws`
    }
  })

  after(async () => {
    await browser?.close()
    await node?.stop()
    await Promise.all(listeners.map(listener => listener.close()))
    pages?.close()
    securePages?.close()
    silent?.close()
  })

  async function listen (onConnection: (maConn: MultiaddrConnection) => void, address = '/ip4/127.0.0.1/tcp/0/ws', init: WebSocketsInit = {}): Promise<string> {
    const upgrader = new TestUpgrader()
    upgrader.onInbound = async maConn => { onConnection(maConn) }
    const listener = transport(init).createListener({ upgrader })
    await listener.listen(multiaddr(address))
    listeners.push(listener)

    return String(listener.getAddrs()[0])
  }

  for (const stream of [true, false]) {
    const way = stream ? 'by WebSocketStream' : 'by WebSocket'

    it(`dials from a page, ${way}`, async () => {
      expectPassed(await run('page', { stream }), 16)
    })

    it(`dials from a secure page, ${way}`, async () => {
      expectPassed(await run('page', { stream, secure: true }), 3)
    })

    it(`dials from a worker, ${way}`, async () => {
      expectPassed(await run('worker', { stream }), 16)
    })

    it(`dials from a worker of a secure page, ${way}`, async () => {
      expectPassed(await run('worker', { stream, secure: true }), 3)
    })

    it(`dials from a worker that a secure page made from a blob, ${way}`, async () => {
      expectPassed(await run('blob worker', { stream, secure: true }), 3)
    })
  }

  async function run (place: 'page' | 'worker' | 'blob worker', { stream, secure = false }: { stream: boolean, secure?: boolean }): Promise<BrowserTestResult[]> {
    const server = secure ? securePages : pages
    const page = await browser.newPage({ ignoreHTTPSErrors: true })
    await page.goto(`${secure ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}/`)

    try {
      return await page.evaluate(async ([place, config]) => {
        if (place === 'page') {
          await import(new URL('/suite.js', location.href).href)

          return (globalThis as any).runSuite(config)
        }

        const url = place === 'worker' ? '/suite.js' : URL.createObjectURL(new Blob([`import '${location.origin}/suite.js'`], { type: 'text/javascript' }))
        const worker = new Worker(url, { type: 'module' })
        // A module that imports runs when the first message has come already.
        await new Promise((resolve, reject) => {
          worker.onmessage = resolve
          worker.onerror = event => { reject(new Error(event.message)) }
        })
        worker.postMessage(config)

        return new Promise((resolve, reject) => {
          worker.onmessage = event => { resolve(event.data) }
          worker.onerror = event => { reject(new Error(event.message)) }
        })
      }, [place, { ...config, stream }] as const)
    } finally {
      await page.close()
    }
  }
})

/** Prints what ran in the browser; some of the compliance suite skips itself where nobody can listen. */
function expectPassed (results: BrowserTestResult[], atLeast: number): void {
  const passed = results.filter(({ error, skipped }) => error === undefined && skipped === undefined)

  for (const { title, skipped } of results) {
    process.stdout.write(`      ${skipped === true ? 'skipped' : 'ran'} ${title}\n`)
  }

  expect(results.filter(({ error }) => error !== undefined)).to.deep.equal([])
  expect(passed).to.have.length.of.at.least(atLeast)
}

/** Reads 16 KiB at a time with pauses between; answers with the sum once 64 MiB are there. */
function countSlowly (maConn: MultiaddrConnection): void {
  let total = 0

  maConn.addEventListener('message', ({ data }) => {
    total += data.byteLength

    if (total === 64 * 1024 * 1024) {
      const answer = new Uint8Array(4)
      new DataView(answer.buffer).setUint32(0, total)
      maConn.send(answer)
      return
    }

    maConn.pause()
    setImmediate(() => {
      if (maConn.status === 'open') {
        maConn.resume()
      }
    })
  })
}

/** Waits for the end of one connection, and tells the next one of it. */
function tellEnds (): (maConn: MultiaddrConnection) => void {
  let ended: Promise<unknown> | undefined

  return maConn => {
    const before = ended
    ended = event<StreamCloseEvent & WebSocketCloseDetail>(maConn, 'close').then(({ code, reason }) => ({ code, reason, status: maConn.status }))
    void before?.then(end => { maConn.send(new TextEncoder().encode(JSON.stringify(end))) })
  }
}

/** Sends 64 MiB at the pace of the far end and closes; the result says how much of it was sent. */
function sendMuch (maConn: MultiaddrConnection): () => Uint8Array {
  const chunk = new Uint8Array(256 * 1024)
  let sent = 0

  void (async () => {
    for (; sent < 64 * 1024 * 1024; sent += chunk.byteLength) {
      if (!maConn.send(chunk)) {
        await maConn.onDrain()
      }
    }

    await maConn.close()
  })().catch(err => { maConn.abort(err) })

  return () => {
    const answer = new Uint8Array(4)
    new DataView(answer.buffer).setUint32(0, sent)

    return answer
  }
}

function sendBack (maConn: MultiaddrConnection): void {
  maConn.addEventListener('message', ({ data }) => { maConn.send(data) })
}

async function bundleSuite (): Promise<Uint8Array> {
  const bundle = await build({
    entryPoints: [new URL('browser/entry.ts', import.meta.url).pathname],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    define: { 'process.env.NODE_DEBUG': 'undefined' },
    logLevel: 'error'
  })

  return bundle.outputFiles[0]?.contents ?? expect.fail()
}

async function servePages (server: http.Server | https.Server, script: Uint8Array): Promise<http.Server> {
  server.on('request', (request: http.IncomingMessage, response: http.ServerResponse) => {
    if (request.url === '/suite.js') {
      response.setHeader('content-type', 'text/javascript').end(script)
    } else {
      response.setHeader('content-type', 'text/html').end('<!doctype html><title>test</title>')
    }
  })
  await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve) })

  return server as http.Server
}
