import { expect } from 'aegir/chai'
import { PageRunner } from '../browser-bundles/browser.ts'
import { withEsbuild } from '../browser-bundles/bundlers.ts'
import { startGoListener } from '../browser-bundles/go-listener.ts'
import { gzipSize } from '../browser-bundles/size.ts'
import { BUILD_TIMEOUT, MissingToolchainError } from '../src/builds.ts'
import { preparePeer } from '../src/peers.ts'
import type { EntryName } from '../browser-bundles/bundlers.ts'
import type { GoListener } from '../browser-bundles/go-listener.ts'

describe('a page bundled by esbuild', () => {
  it('is no bigger over the wire than js-libp2p\'s, of the same parts', async () => {
    const [ours, theirs] = await Promise.all([withEsbuild.bundle('libp2p-ws'), withEsbuild.bundle('js-libp2p')])

    expect(gzipSize(ours)).to.be.at.most(gzipSize(theirs))
    // a bundle without a node in it would be small too
    expect(ours).to.include('/multistream/1.0.0')
  }).timeout(60_000)
})

describe('a page in Chromium', () => {
  let pages: PageRunner | undefined
  let go: GoListener | undefined

  before(async function () {
    this.timeout(BUILD_TIMEOUT)

    try {
      go = await startGoListener(await preparePeer('go'))
    } catch (err) {
      if (!(err instanceof MissingToolchainError)) {
        throw err
      }

      process.stdout.write(`skipped: ${err.message}\n`)
      this.skip()
    }

    pages = await PageRunner.start()

    if (pages === undefined) {
      this.skip()
    }
  })

  after(async () => { await Promise.all([pages?.stop(), go?.stop()]) })

  it('dials a Go peer over ws, identifies and pings it', async () => { await dialFrom('libp2p-ws') }).timeout(60_000)

  it('does so with our transport, noise and yamux', async () => { await dialFrom('libp2p-ws-all') }).timeout(60_000)

  async function dialFrom (entry: EntryName): Promise<void> {
    const result = await pages?.dial(await withEsbuild.bundle(entry), go?.address ?? '')

    expect(result?.remotePeer).to.equal(go?.peerId)
    expect(result?.agent).to.include('go-peer')
    expect(result?.ping).to.be.a('number')
  }
})
