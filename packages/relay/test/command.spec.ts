import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { InvalidValueError } from '@libp2p-ws/core'
import { expect } from 'aegir/chai'
import { parseCommand, usage } from '../src/cli/command.ts'
import { pageUrl } from '../src/cli/open-browser.ts'
import { formatPrivateKey } from '../src/private-key.ts'
import { RelayProcess } from './helpers/relay-process.ts'
import { WireClient } from './helpers/wire-client.ts'
import type { AddressInfo } from 'node:net'

const DEFAULTS = { type: 'run', browse: undefined, options: { files: [], listen: [], peers: [] } }
const PEER = '/ip4/127.0.0.1/tcp/4101/ws/p2p/12D3KooWJtQS28tJSqVLtLipBBHNBt3VERzHEb1dFs6dHxe2DLBf'

describe('the command', () => {
  describe('line', () => {
    it('may be empty', () => {
      expect(parseCommand([])).to.deep.equal(DEFAULTS)
    })

    for (const args of [['-port', '9000'], ['--port', '9000'], ['-port=9000'], ['--port=9000'], ['-port', '1', '-port', '9000']]) {
      it(`takes ${args.join(' ')}`, () => {
        expect(parseCommand(args)).to.have.nested.property('options.port', 9000)
      })
    }

    it('takes every flag of seed 002', () => {
      const args = [
        '-addr', '0.0.0.0', '-browse', 'chat.html', '-files', 'html', '-files=examples', '-key', 'CAES==',
        '-listen', '/ip4/0.0.0.0/tcp/0/ws', '--listen=/ip6/::/tcp/0/ws', '-peer', PEER, '-port', '0'
      ]

      expect(parseCommand(args)).to.deep.equal({
        type: 'run',
        browse: 'chat.html',
        options: {
          addr: '0.0.0.0',
          files: ['html', 'examples'],
          key: 'CAES==',
          listen: ['/ip4/0.0.0.0/tcp/0/ws', '/ip6/::/tcp/0/ws'],
          peers: [PEER],
          port: 0
        }
      })
    })

    it('takes -browser for -browse, as the text of seed 002 has it', () => {
      expect(parseCommand(['-browser', 'chat.html'])).to.have.property('browse', 'chat.html')
    })

    it('takes -nopeers over -peer, on either side of it', () => {
      expect(parseCommand(['-nopeers', '-peer', PEER])).to.have.nested.property('options.peers').that.is.empty()
      expect(parseCommand(['-peer', PEER, '--nopeers=true'])).to.have.nested.property('options.peers').that.is.empty()
      expect(parseCommand(['-peer', PEER, '-nopeers=false'])).to.have.nested.property('options.peers').that.deep.equals([PEER])
    })

    it('takes an empty value', () => {
      expect(parseCommand(['-addr='])).to.have.nested.property('options.addr', '')
      expect(parseCommand(['-addr', ''])).to.have.nested.property('options.addr', '')
    })

    it('may ask for help or the version', () => {
      for (const args of [['-help'], ['--help'], ['-h'], ['-port', '1', '-help']]) {
        expect(parseCommand(args)).to.deep.equal({ type: 'help' })
      }

      expect(parseCommand(['--version'])).to.deep.equal({ type: 'version' })
    })

    for (const [args, message] of [
      [['-fish'], 'unknown flag -fish'],
      [['--fish=1'], 'unknown flag --fish=1'],
      [['-'], 'unknown flag -'],
      [['--'], 'unknown flag --'],
      [['---port', '1'], 'unknown flag ---port'],
      [['-toString'], 'unknown flag -toString'],
      [['chat.html'], 'unexpected argument "chat.html"'],
      [['-port'], 'flag -port needs a value'],
      [['-port', 'http'], 'not "http"'],
      [['-port', '65536'], 'not "65536"'],
      [['-port', '-1'], 'not "-1"'],
      [['-port='], 'not ""'],
      [['-nopeers=maybe'], 'flag -nopeers=maybe is neither true nor false']
    ] as const) {
      it(`cannot be ${args.join(' ')}`, () => {
        expect(() => parseCommand([...args])).to.throw(InvalidValueError, message)
      })
    }

    it('is explained: each flag of seed 002', () => {
      for (const flag of ['addr', 'browse', 'files', 'key', 'listen', 'nopeers', 'peer', 'port']) {
        expect(usage()).to.contain(`\n  -${flag}`)
      }
    })
  })

  it('opens a page of the relay, or a URL', () => {
    expect(pageUrl('http://127.0.0.1:8888', 'chat.html')).to.equal('http://127.0.0.1:8888/chat.html')
    expect(pageUrl('http://127.0.0.1:8888', '/a/b.html?c')).to.equal('http://127.0.0.1:8888/a/b.html?c')
    expect(pageUrl('http://127.0.0.1:8888', 'https://example.org/')).to.equal('https://example.org/')
    expect(pageUrl('http://127.0.0.1:8888', 'file:///etc/passwd')).to.match(/^http:\/\/127\.0\.0\.1:8888\//)
  })

  describe('when it is run', () => {
    it('prints where everything is, serves, and stops on a signal', async () => {
      const relay = new RelayProcess(['-port', '0'])
      const page = await relay.line('chat page: ')
      expect(page).to.match(/^http:\/\/127\.0\.0\.1:\d+\/chat\.html$/)
      expect(await relay.line('peer: ')).to.match(/^\/ip4\/127\.0\.0\.1\/tcp\/\d+\/ws\/p2p\/12D3Koo\w+$/)

      const client = await WireClient.start({ url: page.replace('/chat.html', '') })
      relay.child.kill('SIGINT')

      expect(await client.closed).to.deep.equal({ code: 1001, reason: 'the relay stops' })
      expect(await relay.ended).to.have.property('code', 0)
    })

    it('stops on SIGTERM, also with a client that does not answer', async () => {
      const relay = new RelayProcess(['-port', '0'])
      const client = await WireClient.start({ url: (await relay.line('chat page: ')).replace('/chat.html', '') })
      client.socket.pause()

      expect(await relay.stop()).to.have.property('code', 0)
      client.socket.terminate()
    })

    it('is the peer of the key that it is given, and serves the files', async () => {
      const directory = await mkdtemp(join(tmpdir(), 'relay-command-'))
      await writeFile(join(directory, 'mine.txt'), 'mine')
      const key = await generateKeyPair('Ed25519')
      const relay = new RelayProcess(['-port', '0', '-files', directory, '-key', formatPrivateKey(key)])

      expect(await relay.line('peer: ')).to.match(new RegExp(`/p2p/${peerIdFromPrivateKey(key)}$`))
      expect(await (await fetch((await relay.line('chat page: ')).replace('chat.html', 'mine.txt'))).text()).to.equal('mine')
      await relay.stop()
      await rm(directory, { recursive: true })
    })

    it('names a port that is taken, and the flag', async () => {
      const server = createServer()
      await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve) })
      const { port } = server.address() as AddressInfo
      const relay = new RelayProcess(['-port', `${port}`])
      const { code, stderr } = await relay.ended
      server.close()

      expect(code).to.equal(1)
      expect(stderr).to.contain(`port ${port} of 127.0.0.1 is in use`).and.contain('-port')
    })

    for (const [args, message] of [
      [['-fish'], 'unknown flag -fish'],
      [['-key', 'fish'], 'Bad peer key'],
      [['-listen', 'fish'], 'listen "fish" is not a multiaddr'],
      [['-peer', '/ip4/127.0.0.1/tcp/1/ws'], 'has no /p2p/'],
      [['-files', '/no/such/directory'], 'files "/no/such/directory" is not a directory']
    ] as const) {
      it(`ends with code 2 for ${args.join(' ')}`, async () => {
        const { code, stderr, stdout } = await new RelayProcess(['-port', '0', ...args]).ended

        expect(code).to.equal(2)
        expect(stderr).to.contain(message)
        expect(stdout).to.equal('')
      })
    }

    it('ends with code 1 for an address that it cannot listen on', async () => {
      const { code, stderr } = await new RelayProcess(['-port', '0', '-listen', '/ip4/192.0.2.1/tcp/0/ws']).ended

      expect(code).to.equal(1)
      expect(stderr).to.contain('192.0.2.1').and.contain('-listen').and.not.match(/^\s+at /m)
    })

    it('prints help and version', async () => {
      expect(await new RelayProcess(['-help']).ended).to.deep.equal({ code: 0, stdout: usage(), stderr: '' })
      expect((await new RelayProcess(['-version']).ended).stdout).to.match(/^\d+\.\d+\.\d+\n$/)
    })
  })
})
