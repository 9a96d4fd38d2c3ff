import { once } from 'node:events'
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import tls from 'node:tls'
import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import { TypedEventEmitter } from 'main-event'
import { webSockets } from '../src/index.ts'
import { Authority } from './fixtures/certificates.ts'
import { components, TestUpgrader } from './fixtures/components.ts'
import { collect, event } from './fixtures/streams.ts'
import { dial, portOf, transport } from './fixtures/transport.ts'
import type { Certificate } from './fixtures/certificates.ts'
import type { WebSocketsInit } from '../src/index.ts'
import type { Libp2pEvents, Listener, MultiaddrConnection } from '@libp2p/interface'

describe('certificates', () => {
  let authority: Authority
  let first: Certificate
  let second: Certificate
  let events: TypedEventEmitter<Libp2pEvents>
  let listener: Listener
  let upgrader: TestUpgrader

  before(async () => {
    authority = await Authority.create()
    first = await authority.issue({ dns: ['first.test'], ip: ['127.0.0.1'] })
    second = await authority.issue({ dns: ['second.test'], ip: ['127.0.0.1'] })
  })

  afterEach(async () => {
    await listener?.close()
  })

  async function listen (init: WebSocketsInit, address: string): Promise<number> {
    events = new TypedEventEmitter()
    upgrader = new TestUpgrader()
    listener = webSockets(init)(components({ events })).createListener({ upgrader })
    await listener.listen(multiaddr(address))

    return portOf(listener)
  }

  /** The serial number of the certificate that is shown to who asks for `servername`. */
  async function served (port: number, servername = ''): Promise<string> {
    const socket = tls.connect({ port, host: '127.0.0.1', servername, rejectUnauthorized: false })
    await once(socket, 'secureConnect')
    const { serialNumber } = socket.getPeerCertificate()
    socket.destroy()

    return serialNumber
  }

  async function expectOpen (near: MultiaddrConnection, far: MultiaddrConnection): Promise<void> {
    const received = collect(far, 2)
    near.send(Uint8Array.of(1, 2))
    expect(await received).to.equalBytes(Uint8Array.of(1, 2))
  }

  it('of auto-TLS add wss to the port of a /ws listener', async () => {
    const port = await listen({}, '/ip4/127.0.0.1/tcp/0/ws')
    expect(listener.getAddrs()).to.have.length(1)
    const plain = await dial(transport(), `/ip4/127.0.0.1/tcp/${port}/ws`)
    const plainFar = await upgrader.nextInbound()

    const listening = event(listener as unknown as EventTarget, 'listening')
    events.safeDispatchEvent('certificate:provision', { detail: first })
    await listening

    expect(listener.getAddrs().map(String)).to.deep.equal([`/ip4/127.0.0.1/tcp/${port}/ws`, `/ip4/127.0.0.1/tcp/${port}/tls/ws`])
    const secure = await dial(transport({ tls: { ca: authority.ca } }), `/ip4/127.0.0.1/tcp/${port}/tls/ws`)
    await expectOpen(secure, await upgrader.nextInbound())
    await expectOpen(plain, plainFar)
    await Promise.all([plain.close(), secure.close()])
  })

  it('that are renewed are shown to new connections, and leave the open ones', async () => {
    const port = await listen({}, '/ip4/127.0.0.1/tcp/0/ws')
    events.safeDispatchEvent('certificate:provision', { detail: first })
    const address = `/ip4/127.0.0.1/tcp/${port}/tls/ws`
    const near = await dial(transport({ tls: { ca: authority.ca } }), address)
    const far = await upgrader.nextInbound()
    const before = await served(port)

    events.safeDispatchEvent('certificate:renew', { detail: second })

    expect(await served(port)).to.not.equal(before)
    await expectOpen(near, far)
    await near.close()
  })

  it('of auto-TLS are for those who ask for their names, where options bring another', async () => {
    const port = await listen({ https: first }, '/ip4/127.0.0.1/tcp/0/tls/ws')
    const before = await served(port)
    events.safeDispatchEvent('certificate:provision', { detail: second })
    expect(await served(port)).to.equal(before)
    expect(await served(port, 'second.test')).to.not.equal(before)
  })

  it('that cannot be used change nothing', async () => {
    const port = await listen({}, '/ip4/127.0.0.1/tcp/0/ws')
    events.safeDispatchEvent('certificate:provision', { detail: { cert: 'x', key: 'y' } })
    expect(listener.getAddrs()).to.have.length(1)
    events.safeDispatchEvent('certificate:provision', { detail: first })
    const before = await served(port)
    events.safeDispatchEvent('certificate:renew', { detail: { cert: second.cert, key: first.key } })
    expect(await served(port)).to.equal(before)
  })

  it('are not taken any more once the listener is closed', async () => {
    await listen({}, '/ip4/127.0.0.1/tcp/0/ws')
    await listener.close()
    events.safeDispatchEvent('certificate:provision', { detail: first })
    expect(listener.getAddrs()).to.deep.equal([])
  })

  describe('in files', () => {
    let directory: string

    beforeEach(async () => {
      directory = await mkdtemp(join(tmpdir(), 'certificates-'))
    })

    afterEach(async () => {
      await rm(directory, { recursive: true })
    })

    async function write (into: string, { cert, key }: Certificate): Promise<void> {
      await writeFile(join(into, 'key.pem.new'), key)
      await writeFile(join(into, 'cert.pem.new'), cert)
      await rename(join(into, 'key.pem.new'), join(into, 'key.pem'))
      await rename(join(into, 'cert.pem.new'), join(into, 'cert.pem'))
    }

    async function becomesOther (port: number, before: string): Promise<void> {
      while (await served(port) === before) {
        await new Promise(resolve => { setTimeout(resolve, 20) })
      }
    }

    it('are read again when they change, and leave open connections', async () => {
      await write(directory, first)
      const port = await listen({ certificateFiles: { cert: join(directory, 'cert.pem'), key: join(directory, 'key.pem') } }, '/ip4/127.0.0.1/tcp/0/tls/ws')
      const near = await dial(transport({ tls: { ca: authority.ca } }), `/ip4/127.0.0.1/tcp/${port}/tls/ws`)
      const far = await upgrader.nextInbound()
      const before = await served(port)

      await write(directory, second)
      await becomesOther(port, before)

      await expectOpen(near, far)
      await near.close()
    })

    it('may be behind a link that is switched, as in Kubernetes', async () => {
      await Promise.all([first, second].map(async (certificate, index) => {
        await mkdir(join(directory, `${index}`))
        await write(join(directory, `${index}`), certificate)
      }))
      await symlink('0', join(directory, 'current'))
      await symlink('current/cert.pem', join(directory, 'cert.pem'))
      await symlink('current/key.pem', join(directory, 'key.pem'))
      const port = await listen({ certificateFiles: { cert: join(directory, 'cert.pem'), key: join(directory, 'key.pem') } }, '/ip4/127.0.0.1/tcp/0/tls/ws')
      const before = await served(port)

      await symlink('1', join(directory, 'next'))
      await rename(join(directory, 'next'), join(directory, 'current'))

      await becomesOther(port, before)
    })

    it('that are half written change nothing', async () => {
      await write(directory, first)
      const port = await listen({ certificateFiles: { cert: join(directory, 'cert.pem'), key: join(directory, 'key.pem') } }, '/ip4/127.0.0.1/tcp/0/tls/ws')
      const before = await served(port)
      await writeFile(join(directory, 'cert.pem'), 'half')
      await new Promise(resolve => { setTimeout(resolve, 200) })
      expect(await served(port)).to.equal(before)
      await write(directory, second)
      await becomesOther(port, before)
    })

    it('have to be there', async () => {
      await expect(listen({ certificateFiles: { cert: join(directory, 'none'), key: join(directory, 'none') } }, '/ip4/127.0.0.1/tcp/0/tls/ws'))
        .to.eventually.be.rejected().with.property('code', 'ENOENT')
    })
  })
})
