import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import { serveTransportSuite, SimulatedNetwork, systemClock, transportSuite } from '../src/index.ts'
import { collectCases } from './helpers/collect-cases.ts'
import { simulatedSetUp } from './helpers/simulated-set-up.ts'
import type { TransportCapabilities } from '../src/index.ts'

const FIXTURE = fileURLToPath(new URL('./fixtures/node-test.ts', import.meta.url))

describe('transportSuite, what it is told', () => {
  const { setUp, connectRaw } = simulatedSetUp()

  it('shows as skipped, by name, what the transport declares not to do', () => {
    const { cases, skipped } = collectCases(setUp, { connectRaw, capabilities: { readBackpressure: false } })
    const all = collectCases(setUp, { connectRaw })

    expect(skipped).to.include('a reader that pauses stops the writer at the far end, and nothing is lost (skipped, as declared: no readBackpressure)')
    expect(cases.size + skipped.length).to.equal(all.cases.size + all.skipped.length)
    expect(all.skipped).to.deep.equal(['abort brings its code to the far end (skipped, as declared: no abortCode)'])
  })

  it('leaves those tests out where the runner cannot skip', () => {
    const names: string[] = []
    transportSuite(setUp, {
      capabilities: { listen: false, rawConnection: false },
      runner: { describe: (_name, define) => { define() }, it: name => { names.push(name) } }
    })

    expect(names).to.include('echoes 1 MiB on one stream, every byte in its place')
    expect(names.filter(name => /listen|skipped/.test(name))).to.deep.equal([])
  })

  it('refuses a capability that it does not know, naming it', () => {
    for (const [capability, value] of [['readBackPressure', false], ['listen', 'no']] as const) {
      expect(() => { collectCases(setUp, { capabilities: { [capability]: value } as unknown as Partial<TransportCapabilities> }) })
        .to.throw(capability).with.property('code', 'ERR_INVALID_VALUE')
    }
  })

  it('says when it finds no test runner', () => {
    const { describe, it } = globalThis

    try {
      Object.assign(globalThis, { describe: undefined, it: undefined })
      expect(() => { transportSuite(setUp) }).to.throw('runner').with.property('code', 'ERR_INVALID_VALUE')
    } finally {
      Object.assign(globalThis, { describe, it })
    }
  })

  it('fails, and closes all the same, when the set-up is not complete', async () => {
    const incomplete = collectCases(async components => ({ dialer: (await setUp(components)).dialer }))
    await expect(incomplete.cases.get('emits listening, and has addresses then')?.()).to.eventually.be.rejectedWith('listen: false')
      .with.property('code', 'ERR_TRANSPORT_SUITE')
  })

  it('tears down after each test, whether it passes or not', async () => {
    let tornDown = 0
    const { cases } = collectCases(async components => ({ ...await setUp(components), foreign: ['/ip4/192.0.2.1/tcp/1'], tearDown: () => { tornDown++ } }))

    await cases.get('emits close, and takes no more connections then')?.()
    expect(tornDown).to.equal(1)
    await expect(cases.get('dialFilter keeps what can be dialed, with and without /p2p, and drops the rest')?.()).to.eventually.be.rejected()
    expect(tornDown).to.equal(2)
  })

  it('runs under node:test', async function () {
    const child = spawn(process.execPath, ['--test', '--test-reporter=tap', '--test-name-pattern=^(addresses|ending)', FIXTURE], { stdio: ['ignore', 'pipe', 'inherit'] })
    let output = ''
    child.stdout.on('data', data => { output += data })
    const [code] = await once(child, 'close')

    expect(code, output).to.equal(0)
    expect(output).to.match(/# pass [1-9]/)
    expect(output).to.match(/# skipped [1-9]/)
    expect(output).to.include('# fail 0')
  })
})

describe('transportSuite on a transport that only dials', () => {
  transportSuite(async ({ dialer, listener }) => {
    const network = new SimulatedNetwork({ clock: systemClock, link: { latency: 0 } })
    const far = network.addHost()
    const server = await serveTransportSuite(far.transport()(listener), [multiaddr('/ip4/0.0.0.0/tcp/0')])

    return {
      dialer: network.addHost().transport()(dialer),
      dialTo: server.addresses,
      openResources: () => network.sockets().map(({ direction, state }) => `${direction} ${state}`),
      tearDown: async () => server.close()
    }
  }, { capabilities: { listen: false } })
})
