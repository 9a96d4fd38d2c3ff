import { generateKeyPair } from '@libp2p/crypto/keys'
import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import { BUILD_TIMEOUT, MissingToolchainError } from '../src/builds.ts'
import { Child, runToEnd } from '../src/child-process.ts'
import { TESTS } from '../src/contract.ts'
import { runTest } from '../src/peer-tests.ts'
import { preparePeer } from '../src/peers.ts'
import { serveProtocols } from '../src/protocols.ts'
import { createStack } from '../src/stacks/ours.ts'
import type { ChildOutcome } from '../src/child-process.ts'
import type { DialReport, Listening } from '../src/contract.ts'
import type { Stack } from '../src/host-options.ts'
import type { Peer } from '../src/peers.ts'
import type { PeerId } from '@libp2p/interface'

/** For a listener to be ready, a dial, and each test, ms. */
const STEP_TIMEOUT = 30_000

const KEY_TYPES = ['RSA', 'Ed25519', 'secp256k1', 'ECDSA'] as const

describe('identities of each key type, with go-libp2p over our noise', () => {
  let go: Peer

  before(async function () {
    this.timeout(BUILD_TIMEOUT)

    try {
      go = await preparePeer('go')
    } catch (err) {
      if (!(err instanceof MissingToolchainError)) {
        throw err
      }

      // eslint-disable-next-line no-console
      console.log(`skipped: ${err.message}`)
      this.skip()
    }
  })

  const goListener = (flags: string[]): Child => new Child(go.command, [...go.args, 'listen', ...flags])
  const goDial = async (address: string, flags: string[]): Promise<ChildOutcome> => runToEnd(go.command, [...go.args, 'dial', address, ...flags], { timeout: STEP_TIMEOUT })

  for (const type of KEY_TYPES) {
    const flags = ['--security', 'noise', '--key', type.toLowerCase()]

    describe(type, () => {
      let stack: Stack

      beforeEach(async () => {
        const privateKey = await generateKeyPair(type as 'Ed25519')
        stack = await createStack({ listen: ['/ip4/127.0.0.1/tcp/0/ws'], security: ['noise'], privateKey })
        await serveProtocols(stack)
      })

      afterEach(async () => { await stack.host.stop() })

      it('at both ends, we dial', async () => {
        const { host } = stack
        const child = goListener(flags)

        try {
          const { addrs: [address = ''], peerId }: Listening = JSON.parse(await child.readLine(STEP_TIMEOUT))
          const connection = await host.dial(multiaddr(address), { signal: AbortSignal.timeout(STEP_TIMEOUT) })
          const reports = []

          for (const name of TESTS) {
            reports.push(await runTest(name, { host, connection, size: 100_000, timeout: STEP_TIMEOUT }))
          }

          expect(reports.map(({ error }) => error)).to.deep.equal(TESTS.map(() => undefined))
          expect(reports.at(-1)?.remote?.remotePeer).to.equal(host.peerId.toString())
          expect(connection.remotePeer.toString()).to.equal(peerId)
          expect(connection.remotePeer.publicKey?.type).to.equal(type)
        } finally {
          await child.stop()
        }
      })

      it('at both ends, Go dials', async () => {
        const { host } = stack
        const connected = new Promise<PeerId>(resolve => { host.addEventListener('peer:connect', ({ detail }) => { resolve(detail) }) })
        const { code, stdout, stderr } = await goDial(`${host.getMultiaddrs()[0]}`, flags)
        const report: DialReport = JSON.parse(stdout)
        const peer = await connected

        expect(report.tests.filter(({ ok }) => !ok)).to.deep.equal([])
        expect(code, stderr).to.equal(0)
        expect(report.connection?.remotePeer).to.equal(host.peerId.toString())
        expect(report.tests.find(({ name }) => name === 'conn-state')?.remote?.remotePeer).to.equal(peer.toString())
        expect(peer.publicKey?.type).to.equal(type)
      })
    })
  }
})
