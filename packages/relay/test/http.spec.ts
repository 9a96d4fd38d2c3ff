import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'aegir/chai'
import { Relays } from './helpers/relays.ts'
import { WireClient } from './helpers/wire-client.ts'
import type { Relay } from '../src/index.ts'
import type { IncomingMessage, RequestOptions } from 'node:http'

interface Answer {
  status: number | undefined
  headers: IncomingMessage['headers']
  body: string
}

/** As `fetch`, but the path is sent as it is written. */
async function get (relay: Relay, path: string, options: RequestOptions = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request({ port: relay.port, path, ...options }, response => {
      let body = ''
      response.on('data', chunk => { body += `${chunk}` })
      response.on('end', () => { resolve({ status: response.statusCode, headers: response.headers, body }) })
      response.on('error', reject)
    }).on('error', reject).end()
  })
}

const UPGRADE = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==' }

describe('HTTP', () => {
  const relays = new Relays()
  let root: string
  let relay: Relay
  let own: Relay

  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'relay-http-'))
    await mkdir(join(root, 'one/.git'), { recursive: true })
    await mkdir(join(root, 'two'))
    await writeFile(join(root, 'secret.txt'), 'secret')
    await writeFile(join(root, 'one-secret.txt'), 'secret')
    await writeFile(join(root, 'one/.git/config'), 'secret')
    await writeFile(join(root, 'one/index.html'), 'first')
    await writeFile(join(root, 'one/page.txt'), 'first')
    await writeFile(join(root, 'two/page.txt'), 'second')
    await writeFile(join(root, 'two/other.txt'), 'second')
    relay = await relays.start()
    own = await relays.start({ files: [join(root, 'one'), join(root, 'two')] })
  })

  after(async () => {
    await relays.closeAll()
    await rm(root, { recursive: true })
  })

  it('has the chat and the client, with their types', async () => {
    for (const [path, type] of [['/chat.html', 'text/html'], ['/chat.css', 'text/css'], ['/chat.js', 'text/javascript'], ['/client.js', 'text/javascript']] as const) {
      const { status, headers } = await get(relay, path)

      expect(status).to.equal(200)
      expect(headers['content-type']).to.match(new RegExp(`^${type}`))
      expect(headers['x-content-type-options']).to.equal('nosniff')
    }
  })

  it('leads from / to the chat', async () => {
    const { status, headers } = await get(relay, '/')

    expect(status).to.equal(302)
    expect(headers.location).to.equal('/chat.html')
  })

  it('serves given directories, the first that has the file, and the built-in pages behind them', async () => {
    expect(await get(own, '/')).to.have.property('body', 'first')
    expect(await get(own, '/page.txt')).to.have.property('body', 'first')
    expect(await get(own, '/other.txt?query')).to.have.property('body', 'second')
    expect(await get(own, '/chat.html')).to.have.property('status', 200)
  })

  it('serves what was written since', async () => {
    await writeFile(join(root, 'two/new.txt'), 'new')
    expect(await get(own, '/new.txt')).to.have.property('body', 'new')
  })

  it('has nothing outside its directories, and nothing hidden', async () => {
    for (const path of [
      '/../secret.txt', '/../one-secret.txt', '/%2e%2e/secret.txt', '/..%2fsecret.txt', '/%2e%2e%2fsecret.txt', '/a/../../secret.txt', '/..\\secret.txt',
      '//../secret.txt', '/.git/config', '/%2egit/config', '/one/../.git/config', '/%00', '/%', '/%ff', '/nothing', '/libp2p/'
    ]) {
      const { status, body } = await get(own, path)

      expect(status).to.equal(404)
      expect(body).to.not.contain('secret')
    }
  })

  it('answers a plain GET of /libp2p', async () => {
    expect(await get(relay, '/libp2p')).to.have.property('status', 400)
  })

  it('refuses other methods', async () => {
    expect(await get(relay, '/chat.html', { method: 'POST' })).to.have.property('status', 405)
    expect(await get(relay, '/chat.html', { method: 'HEAD' })).to.have.property('status', 200)
  })

  it('survives a range that ends before it begins', async () => {
    expect(await get(relay, '/chat.html', { headers: { range: 'bytes=5-2' } })).to.have.property('status', 200)
  })

  it('does not upgrade other paths', async () => {
    for (const path of ['/', '/libp2p/', '/ws/control', '/ipfswsrelay']) {
      expect(await get(relay, path, { headers: UPGRADE })).to.have.property('status', 404)
    }
  })

  describe('from a page', () => {
    it('refuses a WebSocket for another origin', async () => {
      for (const origin of ['http://evil.example', 'http://127.0.0.1:1', 'null', 'http://']) {
        expect(await get(relay, '/libp2p', { headers: { ...UPGRADE, origin } })).to.have.property('status', 403)
      }
    })

    it('makes a WebSocket for its own host, however it is written', async () => {
      for (const origin of [relay.url, relay.url.replace('http', 'https')]) {
        const client = new WireClient(relay, { origin })
        await client.next('hello')
      }

      const client = new WireClient(relay, { origin: 'http://relay.example', host: 'Relay.Example' })
      await client.next('hello')
    })

    it('makes a WebSocket for origins that are allowed', async () => {
      const allowing = await relays.start({ allowedOrigins: ['https://app.example'] })
      const client = new WireClient(allowing, { origin: 'https://app.example' })
      await client.next('hello')
      expect(await get(allowing, '/libp2p', { headers: { ...UPGRADE, origin: 'http://app.example' } })).to.have.property('status', 403)

      const any = new WireClient(await relays.start({ allowedOrigins: ['*'] }), { origin: 'https://any.example' })
      await any.next('hello')
    })
  })
})
