import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import { existingConnection } from '../src/connections/existing-connection.ts'
import type { Connection } from '@libp2p/interface'

const RELAY = '/ip4/1.2.3.4/tcp/1/p2p/12D3KooWSExt8hTzoaHEhn435BTK6BPNSY1LpTc1j2o9Gw53tXE1/p2p-circuit'

const direct = make({ direct: true })
const relayed = make({ direct: false })
const limited = make({ direct: false, limits: { bytes: 100n } })
const closing = make({ direct: true, status: 'closing' })

function make (facts: Partial<Connection>): Connection {
  return { status: 'open', ...facts } as any
}

describe('an open connection makes a dial needless', () => {
  const directAddress = [multiaddr('/ip4/1.2.3.4/tcp/1')]
  const relayedAddress = [multiaddr(RELAY)]

  it('when it is direct, in preference to others', () => {
    expect(existingConnection([relayed, limited, direct], [], true)).to.equal(direct)
    expect(existingConnection([relayed, direct], directAddress, false)).to.equal(direct)
    expect(existingConnection([relayed, direct], relayedAddress, false)).to.equal(direct)
  })

  it('when a relay carries it and the caller names no direct address', () => {
    expect(existingConnection([relayed], [], false)).to.equal(relayed)
    expect(existingConnection([relayed], relayedAddress, false)).to.equal(relayed)
    expect(existingConnection([relayed], [...relayedAddress, ...directAddress], false)).to.be.undefined()
    expect(existingConnection([relayed], [multiaddr(`${RELAY}/webrtc`)], false)).to.be.undefined()
  })

  it('when it is limited only for who says so, and as the last choice', () => {
    expect(existingConnection([limited], [], false)).to.be.undefined()
    expect(existingConnection([limited], [], true)).to.equal(limited)
    expect(existingConnection([limited, relayed], [], true)).to.equal(relayed)
    expect(existingConnection([limited], directAddress, true)).to.be.undefined()
  })

  it('never when it is closing', () => {
    expect(existingConnection([closing], [], true)).to.be.undefined()
    expect(existingConnection([], [], true)).to.be.undefined()
  })
})
