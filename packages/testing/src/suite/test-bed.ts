import { generateKeyPair } from '@libp2p/crypto/keys'
import { defaultLogger } from '@libp2p/logger'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { TypedEventEmitter } from 'main-event'
import { macrotask } from '../clock/macrotask.ts'
import { PassThroughUpgrader } from '../upgrade/pass-through-upgrader.ts'
import { TestUpgrader } from '../upgrade/test-upgrader.ts'
import { check, TransportSuiteError, within } from './checks.ts'
import { echo } from './echo.ts'
import { Mailbox } from './mailbox.ts'
import { leftOver, nothingLeftOpen, processResources } from './open-resources.ts'
import type { SetUp, TransportComponents, TransportSetup } from './set-up.ts'
import type { ConnectRaw, RawSocket } from './suite-case.ts'
import type { TestConnection } from '../upgrade/test-connection.ts'
import type { Connection, Listener, MultiaddrConnection, Stream, Transport, Upgrader, UpgraderOptions } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

export interface Listening<T> {
  listener: Listener

  /** The first of the listener's addresses. */
  address: Multiaddr

  /** What came in. */
  accepted: Mailbox<T>
}

export interface TestBedOptions {
  deadline: number
  connectRaw: ConnectRaw | undefined

  /** Whether to check, after each test, that nothing stays open. */
  checkLeftOpen: boolean
}

export type Upgrade = (connection: MultiaddrConnection, options: UpgraderOptions) => void | Promise<void>

/** The two peers of one test, and everything that has to be closed after it. */
export class TestBed {
  readonly setup: TransportSetup
  readonly components: { dialer: TransportComponents, listener: TransportComponents }
  readonly #options: TestBedOptions
  readonly #openBefore: string[]
  readonly #connections = new Set<MultiaddrConnection>()
  readonly #listeners = new Set<Listener>()
  readonly #openByListeners: string[] = []

  private constructor (setup: TransportSetup, components: TestBed['components'], options: TestBedOptions) {
    this.setup = setup
    this.components = components
    this.#options = options
    this.#openBefore = this.#openResources()
  }

  static async create (setUp: SetUp, options: TestBedOptions): Promise<TestBed> {
    const components = { dialer: await createComponents('dialer'), listener: await createComponents('listener') }
    const setup = await setUp(components)
    // the runner sets a timer of its own once the test has begun
    await macrotask()

    return new TestBed(setup, components, options)
  }

  get #openResources (): () => string[] {
    return this.setup.openResources ?? processResources
  }

  /** Ms that one step may take. */
  get deadline (): number {
    return this.#options.deadline
  }

  get dialer (): Transport {
    return this.setup.dialer
  }

  get listener (): Transport {
    check(this.setup.listener != null, 'the set-up gives no transport that listens; declare capabilities: { listen: false } if there is none')

    return this.setup.listener
  }

  /** Where to listen; never empty. */
  get listenOn (): [Multiaddr, ...Multiaddr[]] {
    const [first, ...others] = this.setup.listenOn?.map(address => multiaddr(address)) ?? []
    check(first != null, 'the set-up names no address in listenOn')

    return [first, ...others]
  }

  createListener (upgrader: Upgrader): Listener {
    const listener = this.listener.createListener({ upgrader })
    this.#listeners.add(listener)

    return listener
  }

  async listen (upgrader: Upgrader, on?: Multiaddr): Promise<{ listener: Listener, address: Multiaddr }> {
    const listener = this.createListener(upgrader)

    return { listener, address: await this.startListening(listener, on) }
  }

  /** The first of the addresses that the listener has then. */
  async startListening (listener: Listener, on: Multiaddr = this.listenOn[0]): Promise<Multiaddr> {
    const openBefore = this.#openResources()
    await within(this.deadline, `listen(${on})`, listener.listen(on))
    const [address] = listener.getAddrs()
    check(address != null, `getAddrs() is empty after listen(${on})`)
    this.#openByListeners.push(...leftOver(openBefore, this.#openResources()))

    return address
  }

  /** Listens for connections whose bytes the test itself reads and writes. */
  async listenRaw (upgrade?: Upgrade, on?: Multiaddr): Promise<Listening<MultiaddrConnection>> {
    const accepted = new Mailbox<MultiaddrConnection>()
    const upgrader = this.passThrough(async (connection, options) => {
      accepted.put(connection)
      await upgrade?.(connection, options)
    })

    return { ...await this.listen(upgrader, on), accepted }
  }

  /** Listens for connections with streams; what comes in on each is sent back unless `onStream` says otherwise. */
  async listenForStreams (onStream: (stream: Stream) => void = echo): Promise<Listening<TestConnection>> {
    const accepted = new Mailbox<TestConnection>()
    const upgrader = new TestUpgrader({
      privateKey: this.components.listener.privateKey,
      onInbound: connection => {
        this.#connections.add(connection.transportConnection)
        accepted.put(connection)
      },
      onStream
    })

    return { ...await this.listen(upgrader), accepted }
  }

  /** Where somebody echoes streams: here, or where the set-up says. */
  async echoAddress (): Promise<Multiaddr> {
    const [elsewhere] = this.setup.dialTo ?? []

    return elsewhere == null ? (await this.listenForStreams()).address : multiaddr(elsewhere)
  }

  passThrough (upgrade?: Upgrade): PassThroughUpgrader {
    return new PassThroughUpgrader({
      remotePeer: this.components.listener.peerId,
      onConnection: async (connection, options) => {
        this.#connections.add(connection)
        await upgrade?.(connection, options)
      }
    })
  }

  /** Not bounded by the deadline. */
  async dial (address: Multiaddr, upgrader: Upgrader, signal: AbortSignal = new AbortController().signal): Promise<Connection> {
    return this.dialer.dial(address, { upgrader, signal })
  }

  async dialRaw (address: Multiaddr): Promise<MultiaddrConnection> {
    const dialed: MultiaddrConnection[] = []
    await within(this.deadline, `dial(${address})`, this.dial(address, this.passThrough(connection => { dialed.push(connection) })))
    const [connection] = dialed
    check(connection != null, `dial(${address}) resolved without having called upgrader.upgradeOutbound`)

    return connection
  }

  async dialForStreams (address: Multiaddr, onStream: (stream: Stream) => void = echo): Promise<TestConnection> {
    const upgrader = new TestUpgrader({ privateKey: this.components.dialer.privateKey, onStream })
    const connection = await within(this.deadline, `dial(${address})`, this.dial(address, upgrader)) as TestConnection
    this.#connections.add(connection.transportConnection)

    return connection
  }

  /** Both ends of one connection, as the transport made them. */
  async pair (listening?: Listening<MultiaddrConnection>): Promise<{ near: MultiaddrConnection, far: MultiaddrConnection }> {
    const { address, accepted } = listening ?? await this.listenRaw()
    const near = await this.dialRaw(address)

    return { near, far: await accepted.take(this.deadline, 'a call of upgrader.upgradeInbound') }
  }

  /** Both ends of a connection, once with the dialer as `one` and once with the listener. */
  async eachWay (run: (ends: { one: MultiaddrConnection, other: MultiaddrConnection, from: string }) => Promise<void>): Promise<void> {
    const listening = await this.listenRaw()
    const first = await this.pair(listening)
    await run({ one: first.near, other: first.far, from: 'from dialer to listener' })
    const second = await this.pair(listening)
    await run({ one: second.far, other: second.near, from: 'from listener to dialer' })
  }

  async connectRaw (address: Multiaddr): Promise<RawSocket> {
    check(this.#options.connectRaw != null, 'no connectRaw was given')

    return within(this.deadline, `connectRaw(${address})`, this.#options.connectRaw(address))
  }

  async #checkLeftOpen (allowed: string[]): Promise<void> {
    if (this.#options.checkLeftOpen) {
      await nothingLeftOpen(this.#openResources, allowed, this.deadline)
    }
  }

  /** Ends everything that the test made, and fails when something stays open all the same. */
  async cleanUp (): Promise<void> {
    const failures: Error[] = []
    const step = async (run: () => Promise<void> | void): Promise<void> => {
      try {
        await run()
      } catch (error: any) {
        failures.push(error)
      }
    }

    this.#connections.forEach(connection => { connection.abort(new TransportSuiteError('the test is over')) })
    // before the listeners close: that would end, from the far side, what the dialer has forgotten
    await step(async () => this.#checkLeftOpen([...this.#openBefore, ...this.#openByListeners]))
    await Promise.all([...this.#listeners].map(async listener => {
      await step(async () => within(this.deadline, 'listener.close(), with every connection aborted,', listener.close()))
    }))
    await step(async () => this.setup.tearDown?.())
    await step(async () => this.#checkLeftOpen(this.#openBefore))

    if (failures[0] != null) {
      throw failures[0]
    }
  }
}

async function createComponents (name: string): Promise<TransportComponents> {
  const privateKey = await generateKeyPair('Ed25519')
  const logger = defaultLogger()

  return {
    privateKey,
    peerId: peerIdFromPrivateKey(privateKey),
    logger: { forComponent: component => logger.forComponent(`${name}:${component}`) },
    events: new TypedEventEmitter()
  }
}
