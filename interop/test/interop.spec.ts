import { expect } from 'aegir/chai'
import { BUILD_TIMEOUT, MissingToolchainError } from '../src/builds.ts'
import { cellsWith, Listeners, runCell } from '../src/matrix.ts'
import { preparePeer, QUICK_PEERS } from '../src/peers.ts'
import type { CellResult } from '../src/matrix.ts'
import type { Peer, PeerName } from '../src/peers.ts'

for (const remoteName of QUICK_PEERS) {
  describe(`interop with ${remoteName}-libp2p over /ws`, () => {
    const peers = new Map<PeerName, Peer>()
    const listeners = new Listeners()

    before(async function () {
      this.timeout(BUILD_TIMEOUT)

      try {
        peers.set('ours', await preparePeer('ours'))
        peers.set(remoteName, await preparePeer(remoteName))
      } catch (err) {
        if (!(err instanceof MissingToolchainError)) {
          throw err
        }

        // eslint-disable-next-line no-console
        console.log(`skipped: ${err.message}`)
        this.skip()
      }
    })

    after(async () => {
      await listeners.stop()
    })

    for (const { dialer, listener, security } of cellsWith(remoteName)) {
      it(`${dialer} dials ${listener} with ${security}: ping, echo, half-close, reset, early muxer negotiation`, async () => {
        const result = await runCell(peer(dialer), peer(listener), security, listeners)

        expect(result.failures).to.deep.equal([])
        expect(passed(result)).to.have.members(['ping', 'echo', 'half-close', 'reset', 'conn-state'])
      })
    }

    function peer (name: PeerName): Peer {
      const found = peers.get(name)
      expect(found, name).to.not.equal(undefined)
      return found!
    }
  })
}

function passed ({ report }: CellResult): string[] {
  return report.tests.filter(({ ok }) => ok).map(({ name }) => name)
}
