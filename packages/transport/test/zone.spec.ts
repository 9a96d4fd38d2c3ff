import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import { Cable } from './fixtures/cable.ts'
import { TestUpgrader } from './fixtures/components.ts'
import { dial, portOf, transport } from './fixtures/transport.ts'
import type { Listener } from '@libp2p/interface'
import type { ChildProcess } from 'node:child_process'

/** A link-local address means nothing without its zone: every interface has that network, and the machine has others. */
const ADDRESS = 'fe80::5:1'

describe('an IPv6 address with a zone', function () {
  this.timeout(20_000)

  const cable = new Cable()
  const upgrader = new TestUpgrader()
  let listener: Listener
  let child: ChildProcess | undefined

  before(async function () {
    try {
      cable.lay(`${ADDRESS}/64`, 'fe80::5:2/64')
    } catch {
      process.stdout.write('skipped: no network namespaces\n')
      this.skip()
    }

    listener = transport().createListener({ upgrader })
    await listener.listen(multiaddr(`/ip6zone/${cable.near}/ip6/${ADDRESS}/tcp/0/ws`))
  })

  after(async () => {
    child?.kill()
    await listener?.close()
    cable.remove()
  })

  it('is listened on and dialed', async () => {
    expect(listener.getAddrs().map(String)).to.deep.equal([`/ip6zone/${cable.near}/ip6/${ADDRESS}/tcp/${portOf(listener)}/ws`])
    const near = await dial(transport(), String(listener.getAddrs()[0]))
    const far = await upgrader.nextInbound()
    expect(String(far.remoteAddr)).to.match(new RegExp(`^/ip6zone/${cable.near}/ip6/${ADDRESS}/tcp/\\d+/ws$`))
    await near.close()
  })

  it('is that of an inbound connection from another machine', async () => {
    const address = `/ip6zone/${cable.far}/ip6/${ADDRESS}/tcp/${portOf(listener)}/ws`
    const [command = '', ...args] = [...cable.command, process.execPath, new URL('fixtures/dial-and-wait.ts', import.meta.url).pathname, address]
    child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    const [far] = await Promise.all([upgrader.nextInbound(), once(child.stdout ?? child, 'data')])
    expect(String(far.remoteAddr)).to.match(new RegExp(`^/ip6zone/${cable.near}/ip6/fe80::[\\da-f:]+/tcp/\\d+/ws$`))
  })
})
