import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { BUILD_TIMEOUT, MissingToolchainError } from '@libp2p-ws/interop/builds'
import { Child, runToEnd } from '@libp2p-ws/interop/child-process'
import { preparePeer } from '@libp2p-ws/interop/peers'
import { expect } from 'aegir/chai'
import type { Listening } from '@libp2p-ws/interop/contract'

const MAIN = new URL('../main.ts', import.meta.url)
const README = new URL('../../../README.md', import.meta.url)

/** For the peer to listen, and for the example to run, ms. */
const TIMEOUT = 30_000

describe('dial a Go peer', () => {
  let goPeer: Child | undefined

  afterEach(async () => {
    await goPeer?.stop()
  })

  it('connects and pings', async function () {
    this.timeout(BUILD_TIMEOUT + 2 * TIMEOUT)

    let peer

    try {
      peer = await preparePeer('go')
    } catch (err) {
      if (!(err instanceof MissingToolchainError)) {
        throw err
      }

      process.stdout.write(`skipped: ${err.message}\n`)
      this.skip()
    }

    goPeer = new Child(peer.command, [...peer.args, 'listen'])
    const { peerId, addrs: [address = ''] }: Listening = JSON.parse(await goPeer.readLine(TIMEOUT))
    const { code, stdout, stderr } = await runToEnd(process.execPath, [fileURLToPath(MAIN), address], { timeout: TIMEOUT })

    expect(stderr).to.equal('')
    expect(stdout).to.match(new RegExp(`^connected to ${peerId} with /noise and /yamux/1.0.0\\na ping takes \\d+ ms\\n$`))
    expect(code).to.equal(0)
  })

  it('is what the README shows', async () => {
    const readme = await readFile(README, 'utf8')
    const main = await readFile(MAIN, 'utf8')
    const shown = /^```ts\n(.+?)^```$/ms.exec(readme)?.[1]

    expect(shown).to.equal(main.replace('/* eslint-disable no-console */\n', ''))
  })
})
