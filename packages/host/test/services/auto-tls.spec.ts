import { connect } from 'node:tls'
import { autoTLS } from '@ipshipyard/libp2p-auto-tls'
import { identify } from '@libp2p/identify'
import { serviceCapabilities } from '@libp2p/interface'
import { keychain } from '@libp2p/keychain'
import { expect } from 'aegir/chai'
import { base36 } from 'multiformats/bases/base36'
import { AcmeServer } from '../fixtures/acme-server.ts'
import { eventually } from '../fixtures/eventually.ts'
import { OURS } from '../fixtures/implementations.ts'
import { Nodes } from '../fixtures/nodes.ts'
import type { TLSCertificate } from '@libp2p/interface'

describe('auto-tls', () => {
  const nodes = new Nodes()
  let acme: AcmeServer | undefined

  before(async () => { acme = await AcmeServer.start() })

  after(() => { acme?.stop() })

  afterEach(async () => { await nodes.stop() })

  it('gets a certificate for the names of a public address, with which the ws listener then speaks TLS', async () => {
    const asked: Array<{ url: string, body: any }> = []
    const provisioned: TLSCertificate[] = []
    const node = await nodes.onWebSockets(OURS.createLibp2p, {
      start: false,
      addresses: { listen: ['/ip4/127.0.0.1/tcp/0/ws'], appendAnnounce: ['/ip4/81.1.2.3/tcp/4001/ws'] },
      services: {
        identify: identify(),
        keychain: keychain(),
        // in the place of @libp2p/http: the broker that sets the names' DNS records
        http: () => ({
          [serviceCapabilities]: ['@libp2p/http'],
          fetch: async (url: string, { body }: { body: string }) => {
            asked.push({ url, body: JSON.parse(body) })

            return new Response()
          }
        } as any),
        autoTLS: autoTLS({ acmeDirectory: acme?.directory ?? '', forgeEndpoint: 'https://forge.example', autoConfirmAddress: true, provisionDelay: 1 })
      }
    })
    const domain = `${base36.encode(node.peerId.toCID().bytes)}.libp2p.direct`
    node.addEventListener('certificate:provision', event => { provisioned.push(event.detail) })
    await node.start()

    await eventually(() => provisioned.length === 1)
    expect(asked.map(({ url }) => url)).to.deep.equal(['https://forge.example/v1/_acme-challenge'])
    expect(asked[0]?.body.Addresses.join()).to.include('/ip4/81.1.2.3/tcp/4001/ws')

    const port = Number(node.getMultiaddrs().find(address => address.toString().startsWith('/ip4/127.0.0.1/'))?.getComponents()[1]?.value)
    await eventually(async () => await nameOverTls(port, `81-1-2-3.${domain}`) === `DNS:*.${domain}`)
    expect(node.getMultiaddrs().some(address => address.toString().includes('/tls/'))).to.be.true()
  })

  /** What the certificate is for that is shown at `port`, once it is verified. */
  async function nameOverTls (port: number, servername: string): Promise<string | undefined> {
    const socket = connect({ host: '127.0.0.1', port, servername, ca: acme?.ca ?? '' })

    try {
      await new Promise((resolve, reject) => {
        socket.once('secureConnect', resolve)
        socket.once('error', reject)
      })

      return socket.getPeerCertificate().subjectaltname
    } finally {
      socket.destroy()
    }
  }
})
