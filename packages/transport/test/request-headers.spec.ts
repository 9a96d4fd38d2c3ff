import { once } from 'node:events'
import { createServer } from 'node:http'
import { expect } from 'aegir/chai'
import { dial, transport } from './fixtures/transport.ts'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

describe('the upgrade request', () => {
  it('has the headers of the options', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const request = new Promise<IncomingMessage>(resolve => {
      server.once('upgrade', (message, socket) => {
        resolve(message)
        socket.destroy()
      })
    })
    const outcome = expect(dial(transport({ headers: { Authorization: 'Bearer 42' } }), `/ip4/127.0.0.1/tcp/${(server.address() as AddressInfo).port}/ws`)).to.eventually.be.rejected()

    expect((await request).headers).to.include({ authorization: 'Bearer 42', upgrade: 'websocket' })
    await outcome
    server.close()
  })
})
