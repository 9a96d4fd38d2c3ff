import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import { Cable } from './fixtures/cable.ts'
import { TestUpgrader } from './fixtures/components.ts'
import { event } from './fixtures/streams.ts'
import { transport } from './fixtures/transport.ts'
import type { Listener, StreamCloseEvent } from '@libp2p/interface'
import type { ChildProcess } from 'node:child_process'

describe('a half-open connection', function () {
  this.timeout(20_000)

  const cable = new Cable()
  let listener: Listener
  let child: ChildProcess | undefined

  before(async function () {
    try {
      cable.lay('198.18.77.1/30', '198.18.77.2/30')
    } catch {
      process.stdout.write('skipped: no network namespaces\n')
      this.skip()
    }
  })

  after(async () => {
    child?.kill()
    await listener?.close()

    cable.remove()
  })

  it('is found by its pings, where TCP alone takes a quarter of an hour', async () => {
    const upgrader = new TestUpgrader()
    listener = transport({ keepAlive: { interval: 200, timeout: 300 } }).createListener({ upgrader })
    await listener.listen(multiaddr('/ip4/198.18.77.1/tcp/0/ws'))
    const [command = '', ...args] = [
      ...cable.command, process.execPath, new URL('fixtures/dial-and-wait.ts', import.meta.url).pathname, String(listener.getAddrs()[0])
    ]
    child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    const maConn = await upgrader.nextInbound()
    // The dialer says so when it is connected: until then, the cable is in use.
    await once(child.stdout ?? child, 'data')

    cable.pull()
    const { error } = await event<StreamCloseEvent>(maConn, 'close')

    expect(error).to.have.property('name', 'KeepAliveTimeoutError')
  })
})
