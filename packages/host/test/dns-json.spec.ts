import { createServer } from 'node:http'
import { expect } from 'aegir/chai'
import { lookupOverHttps } from '../src/dialing/dns-json.ts'
import type { IncomingMessage, Server } from 'node:http'
import type { AddressInfo } from 'node:net'

const NAME = '_dnsaddr.a.example'
const NOTHING = { Status: 3 }

function records (...data: string[]): object {
  return { Status: 0, Answer: data.map(data => ({ name: NAME, type: 16, TTL: 60, data })) }
}

describe('TXT records over HTTPS', () => {
  const servers: Server[] = []
  let asked: IncomingMessage[]

  beforeEach(() => {
    asked = []
  })

  afterEach(async () => {
    await Promise.all(servers.splice(0).map(async server => new Promise(resolve => { server.close(resolve) })))
  })

  /** A server that has one answer, a status or JSON. */
  async function serve (answer: number | object | string): Promise<string> {
    const server = createServer((request, response) => {
      asked.push(request)
      response.writeHead(typeof answer === 'number' ? answer : 200, { connection: 'close' })
      response.end(typeof answer === 'string' ? answer : JSON.stringify(answer))
    })
    servers.push(server)
    await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve) })

    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/resolve`
  }

  it('asks for the TXT records of the name, as JSON', async () => {
    const lookup = lookupOverHttps([await serve(records('"dnsaddr=/ip4/1.2.3.4/tcp/1"', 'two'))])

    expect(await lookup(NAME, {})).to.deep.equal(['"dnsaddr=/ip4/1.2.3.4/tcp/1"', 'two'])
    expect(asked[0]?.url).to.equal(`/resolve?name=${NAME}&type=TXT`)
    expect(asked[0]?.headers.accept).to.equal('application/dns-json')
  })

  it('asks once while the records live', async () => {
    const lookup = lookupOverHttps([await serve(records('one'))])

    expect(await lookup(NAME, {})).to.deep.equal(await lookup(NAME, {}))
    expect(asked).to.have.lengthOf(1)
    await lookup('b.example', {})
    expect(asked).to.have.lengthOf(2)
  })

  it('asks again when they are past their time', async () => {
    const lookup = lookupOverHttps([await serve({ Answer: [{ data: 'one', TTL: 60 }, { data: 'two', TTL: 0 }] })])
    await lookup(NAME, {})
    await lookup(NAME, {})

    expect(asked).to.have.lengthOf(2)
  })

  for (const [what, bad] of Object.entries({ 'an error': 500, 'no JSON': 'nonsense', 'JSON of another kind': { Answer: 'nonsense' }, 'no records': NOTHING })) {
    it(`has the records of one server when the other has ${what}`, async () => {
      const urls = [await serve(bad), await serve(records('one'))]

      // the order is random: some of these begin with each
      for (let i = 0; i < 20; i++) {
        expect(await lookupOverHttps(urls)(NAME, {})).to.deep.equal(['one'])
      }
    })
  }

  it('has no records when every server answers that there are none', async () => {
    const lookup = lookupOverHttps([await serve(NOTHING), await serve({ Status: 0, Answer: [] })])

    expect(await lookup(NAME, {})).to.be.empty()
    expect(asked).to.have.lengthOf(2)
  })

  it('fails with what each server failed with', async () => {
    const lookup = lookupOverHttps([await serve(NOTHING), await serve(503)])
    const failure = await lookup(NAME, {}).catch(err => err)

    expect(failure).to.include({ name: 'DNSLookupError', code: 'ERR_DNS_LOOKUP', message: `DNS lookup of ${NAME} failed` })
    expect(failure.errors).to.have.lengthOf(1)
    expect(failure.cause.message).to.include('503')
  })

  it('asks nobody once it is given up', async () => {
    const lookup = lookupOverHttps([await serve(records('one'))])

    await expect(lookup(NAME, { signal: AbortSignal.abort(new Error('given up')) })).to.eventually.be.rejectedWith('given up')
    expect(asked).to.be.empty()
  })
})
