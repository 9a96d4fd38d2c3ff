import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import { TestUpgrader } from './fixtures/components.ts'
import { event } from './fixtures/streams.ts'
import { transport } from './fixtures/transport.ts'
import type { Listener, StreamCloseEvent } from '@libp2p/interface'
import type { ChildProcess } from 'node:child_process'

const ID = process.pid % 10_000
const NAMESPACE = `libp2p-ws-${ID}`
const NEAR = `wsn${ID}`
const FAR = `wsf${ID}`

function ip (...args: string[]): void {
  execFileSync('ip', args, { stdio: 'pipe' })
}

/** A cable that can be pulled: a pair of virtual interfaces, one end in a namespace of its own. */
describe('a half-open connection', function () {
  this.timeout(20_000)

  let listener: Listener
  let child: ChildProcess | undefined

  before(async function () {
    try {
      ip('netns', 'add', NAMESPACE)
      ip('link', 'add', NEAR, 'type', 'veth', 'peer', 'name', FAR, 'netns', NAMESPACE)
      ip('address', 'add', '198.18.77.1/30', 'dev', NEAR)
      ip('link', 'set', NEAR, 'up')
      ip('-n', NAMESPACE, 'address', 'add', '198.18.77.2/30', 'dev', FAR)
      ip('-n', NAMESPACE, 'link', 'set', FAR, 'up')
    } catch {
      process.stdout.write('skipped: no network namespaces\n')
      this.skip()
    }
  })

  after(async () => {
    child?.kill()
    await listener?.close()

    for (const args of [['link', 'delete', NEAR], ['netns', 'delete', NAMESPACE]]) {
      try {
        ip(...args)
      } catch {
        // It was never made.
      }
    }
  })

  it('is found by its pings, where TCP alone takes a quarter of an hour', async () => {
    const upgrader = new TestUpgrader()
    listener = transport({ keepAlive: { interval: 200, timeout: 300 } }).createListener({ upgrader })
    await listener.listen(multiaddr('/ip4/198.18.77.1/tcp/0/ws'))
    child = spawn('ip', [
      'netns', 'exec', NAMESPACE, process.execPath, new URL('fixtures/dial-and-wait.ts', import.meta.url).pathname, String(listener.getAddrs()[0])
    ], { stdio: ['ignore', 'pipe', 'inherit'] })
    const maConn = await upgrader.nextInbound()
    // The dialer says so when it is connected: until then, the cable is in use.
    await once(child.stdout ?? child, 'data')

    ip('-n', NAMESPACE, 'link', 'set', FAR, 'down')
    const { error } = await event<StreamCloseEvent>(maConn, 'close')

    expect(error).to.have.property('name', 'KeepAliveTimeoutError')
  })
})
