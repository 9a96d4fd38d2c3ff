import { AbstractMultiaddrConnection } from '@libp2p/utils'
import { multiaddr } from '@multiformats/multiaddr'
import { Uint8ArrayList } from 'uint8arraylist'
import { simulatedSetUp } from './simulated-set-up.ts'
import type { SetUp, TransportCapabilities } from '../../src/index.ts'
import type { Connection, Listener, MultiaddrConnection, Transport, Upgrader } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/** A transport with one thing wrong, and the tests that say so. */
export interface BrokenTransport {
  fault: string
  caughtBy: string[]
  break(transport: Transport): void

  /** What it says of itself, wrongly. */
  claims?: Partial<TransportCapabilities>
}

/** The simulated network's transport, with `broken` done to both of its ends. */
export function brokenSetUp (broken: BrokenTransport): SetUp {
  return async components => {
    const setup = await simulatedSetUp(components)
    broken.break(setup.dialer)

    if (setup.listener != null) {
      broken.break(setup.listener)
    }

    return setup
  }
}

/** Has `alter` done to every connection before the upgrader gets it. */
function onConnections (alter: (connection: AbstractMultiaddrConnection) => void): (transport: Transport) => void {
  return transport => {
    withUpgrader(transport, upgrader => ({
      ...forward(upgrader),
      upgradeOutbound: async (connection: MultiaddrConnection, options: any) => upgrader.upgradeOutbound(altered(connection, alter), options),
      upgradeInbound: async (connection: MultiaddrConnection, options: any) => upgrader.upgradeInbound(altered(connection, alter), options)
    }))
  }
}

function altered (connection: MultiaddrConnection, alter: (connection: AbstractMultiaddrConnection) => void): MultiaddrConnection {
  if (!(connection instanceof AbstractMultiaddrConnection)) {
    throw new Error('the simulated network makes other connections now')
  }

  alter(connection)

  return connection
}

function forward (upgrader: Upgrader): Upgrader {
  return {
    upgradeInbound: async (connection: MultiaddrConnection, options: any) => upgrader.upgradeInbound(connection, options),
    upgradeOutbound: async (connection: MultiaddrConnection, options: any) => upgrader.upgradeOutbound(connection, options),
    createInboundAbortSignal: signal => upgrader.createInboundAbortSignal(signal),
    getStreamMuxers: () => upgrader.getStreamMuxers(),
    getConnectionEncrypters: () => upgrader.getConnectionEncrypters()
  }
}

function withUpgrader (transport: Transport, wrap: (upgrader: Upgrader) => Upgrader): void {
  const dial = transport.dial.bind(transport)
  const createListener = transport.createListener.bind(transport)
  transport.dial = async (address, options) => dial(address, { ...options, upgrader: wrap(options.upgrader) })
  transport.createListener = options => createListener({ ...options, upgrader: wrap(options.upgrader) })
}

function onListeners (alter: (listener: Listener) => void): (transport: Transport) => void {
  return transport => {
    const createListener = transport.createListener.bind(transport)
    transport.createListener = options => {
      const listener = createListener(options)
      alter(listener)

      return listener
    }
  }
}

function onDial (dial: (dial: Transport['dial'], ...args: Parameters<Transport['dial']>) => ReturnType<Transport['dial']>): (transport: Transport) => void {
  return transport => {
    const original = transport.dial.bind(transport)
    transport.dial = async (...args) => dial(original, ...args)
  }
}

function onFilters (filter: (filter: (addresses: Multiaddr[]) => Multiaddr[], addresses: Multiaddr[]) => Multiaddr[]): (transport: Transport) => void {
  return transport => {
    const { dialFilter, listenFilter } = transport
    transport.dialFilter = addresses => filter(dialFilter.bind(transport), addresses)
    transport.listenFilter = addresses => filter(listenFilter.bind(transport), addresses)
  }
}

function swallow (target: { safeDispatchEvent(type: any, detail?: any): boolean }, swallowed: string): void {
  const dispatch = target.safeDispatchEvent.bind(target)
  target.safeDispatchEvent = (type, detail) => type === swallowed || dispatch(type, detail)
}

const neverAborts = (): AbortSignal => new AbortController().signal

const onBytes: BrokenTransport[] = [{
  fault: 'drops the last byte of a long write',
  caughtBy: ['echoes 1 MiB, in pieces of many sizes, every byte in its place', 'carries one write of 4 MiB', 'echoes 1 MiB on one stream, every byte in its place'],
  break: onConnections(connection => {
    const send = connection.sendData.bind(connection)
    connection.sendData = data => ({ ...send(data.sublist(0, data.byteLength > 1_000 ? data.byteLength - 1 : data.byteLength)), sentBytes: data.byteLength })
  })
}, {
  fault: 'sends every hundredth write twice',
  caughtBy: ['carries 2000 writes of one byte in their order'],
  break: onConnections(connection => {
    const send = connection.sendData.bind(connection)
    let writes = 0
    connection.sendData = data => {
      if (++writes % 100 === 0) {
        send(new Uint8ArrayList(data.slice()))
      }

      return send(data)
    }
  })
}, {
  fault: 'lets a later write overtake an earlier one',
  caughtBy: ['carries 2000 writes of one byte in their order'],
  break: onConnections(connection => {
    const send = connection.sendData.bind(connection)
    let held: Uint8ArrayList | undefined
    connection.sendData = data => {
      if (held == null) {
        held = new Uint8ArrayList(data.slice())
        return { sentBytes: data.byteLength, canSendMore: true }
      }

      const result = send(data)
      send(held)
      held = undefined

      return { ...result, sentBytes: data.byteLength }
    }
  })
}, {
  fault: 'loses what comes before anybody listens',
  caughtBy: ['keeps what comes before anybody listens'],
  break: onConnections(connection => {
    const onData = connection.onData.bind(connection)
    connection.onData = data => {
      if (connection.listenerCount('message') > 0) {
        onData(data)
      }
    }
  })
}, {
  fault: 'takes an empty write for the end',
  caughtBy: ['takes an empty write for nothing'],
  break: onConnections(connection => {
    const send = connection.send.bind(connection)
    connection.send = data => {
      if (data.byteLength === 0) {
        connection.abort(new Error('empty'))
        return true
      }

      return send(data)
    }
  })
}]

const onBackPressure: BrokenTransport[] = [{
  fault: 'buffers without bound: send never returns false',
  caughtBy: ['send says when to wait, and drain says when to go on', 'a reader that pauses stops the writer at the far end, and nothing is lost'],
  break: onConnections(connection => {
    const send = connection.sendData.bind(connection)
    connection.sendData = data => ({ ...send(data), canSendMore: true })
  })
}, {
  fault: 'never emits drain',
  caughtBy: ['send says when to wait, and drain says when to go on'],
  break: onConnections(connection => { swallow(connection, 'drain') })
}, {
  fault: 'pause does not reach the far end, and the reader\'s buffer overflows',
  caughtBy: ['a reader that pauses stops the writer at the far end, and nothing is lost'],
  break: onConnections(connection => { connection.sendPause = () => {} })
}, {
  fault: 'emits messages while paused',
  caughtBy: ['pause holds messages back, resume lets them go in their order'],
  break: onConnections(connection => {
    connection.pause = () => {}
    connection.resume = () => {}
  })
}, {
  fault: 'loses what came while paused',
  caughtBy: ['pause holds messages back, resume lets them go in their order'],
  break: onConnections(connection => {
    const onData = connection.onData.bind(connection)
    connection.sendPause = () => {}
    connection.onData = data => {
      if (connection.readStatus !== 'paused') {
        onData(data)
      }
    }
  })
}, {
  fault: 'close ignores its signal',
  caughtBy: ['close gives up when its signal aborts, while the far end does not read'],
  break: onConnections(connection => {
    const close = connection.close.bind(connection)
    connection.close = async () => close()
  })
}, {
  fault: 'abort leaves those waiting who wait for drain',
  caughtBy: ['abort frees a writer that waits'],
  break: onConnections(connection => {
    const onDrain = connection.onDrain.bind(connection)
    connection.onDrain = async options => onDrain(options).catch(async () => new Promise<void>(() => {}))
  })
}]

const onEnding: BrokenTransport[] = [{
  fault: 'never tells the far end of a close',
  caughtBy: ['close is seen at the far end, once, as no error'],
  break: onConnections(connection => { connection.sendClose = async () => {} })
}, {
  fault: 'never tells the far end of an abort',
  caughtBy: ['abort is seen at the far end, once'],
  break: onConnections(connection => { connection.sendReset = () => {} })
}, {
  fault: 'ends with a close where it should reset',
  caughtBy: ['abort looks unlike close at the far end'],
  break: onConnections(connection => { connection.sendReset = () => { void connection.sendClose() } })
}, {
  fault: 'resets where it should close',
  caughtBy: ['close is seen at the far end, once, as no error'],
  break: onConnections(connection => { connection.sendClose = async () => { connection.sendReset(new Error('close')) } })
}, {
  fault: 'close drops what was not sent yet',
  caughtBy: ['close delivers what was sent before it'],
  break: onConnections(connection => {
    const send = connection.sendData.bind(connection)
    connection.sendData = data => {
      const late = new Uint8ArrayList(data.slice())
      setTimeout(() => { send(late) }, 10)

      return { sentBytes: data.byteLength, canSendMore: true }
    }
  })
}, {
  fault: 'emits close twice',
  caughtBy: ['close is seen at the far end, once, as no error', 'abort is seen at the far end, once'],
  break: onConnections(connection => {
    connection.addEventListener('close', event => {
      queueMicrotask(() => { connection.dispatchEvent(new (event.constructor as any)(event.local, event.error)) })
    }, { once: true })
  })
}, {
  fault: 'close never settles',
  caughtBy: ['close is seen at the far end, once, as no error', 'both ends close at once'],
  break: onConnections(connection => { connection.close = async () => new Promise<void>(() => {}) })
}, {
  fault: 'says that aborts have codes, and sends none',
  caughtBy: ['abort brings its code to the far end'],
  claims: { abortCode: true },
  break: () => {}
}]

const onDialing: BrokenTransport[] = [{
  fault: 'ignores the signal of a dial',
  caughtBy: ['does not start with a signal that has aborted', 'ends when its signal aborts, in whatever phase, and leaves nothing open', 'hands its signal on to the upgrader'],
  break: onDial(async (dial, address, options) => dial(address, { ...options, signal: neverAborts() }))
}, {
  fault: 'gives up an aborted dial, and leaves its connection open',
  caughtBy: ['ends when its signal aborts, in whatever phase, and leaves nothing open', 'ends when its signal aborts while the far end says nothing'],
  break: onDial(async (dial, address, options) => {
    options.signal.throwIfAborted()

    return Promise.race([
      dial(address, { ...options, signal: neverAborts() }),
      new Promise<never>((_resolve, reject) => { options.signal.addEventListener('abort', () => { reject(options.signal.reason) }) })
    ])
  })
}, {
  fault: 'leaves a socket open that nobody sees',
  caughtBy: ['returns the connection that the upgrader made', 'dials with and without /p2p'],
  break: onDial(async (dial, address, options) => {
    const unseen = { ...forward(options.upgrader), upgradeOutbound: async () => new Promise<never>(() => {}) }
    dial(address, { ...options, upgrader: unseen }).catch(() => {})

    return dial(address, options)
  })
}, {
  fault: 'leaves the connection open when the upgrade fails',
  caughtBy: ['fails as the upgrader fails, and closes the connection', 'closes the connection when its upgrade fails, and goes on listening'],
  break: onConnections(connection => { connection.abort = () => {} })
}, {
  fault: 'hides why the upgrade failed',
  caughtBy: ['fails as the upgrader fails, and closes the connection'],
  break: onDial(async (dial, address, options) => dial(address, options).catch(() => { throw new Error('dial failed') }))
}, {
  fault: 'never says that nobody listens',
  caughtBy: ['dial is rejected where nobody listens'],
  break: onDial(async (dial, address, options) => dial(address, options).catch(async () => new Promise<never>(() => {})))
}, {
  fault: 'does not say what was refused',
  caughtBy: ['dial names the address where nobody listens', 'dial names the address that it refuses'],
  break: onDial(async (dial, address, options) => dial(address, options).catch(cause => { throw new Error('dial failed', { cause }) }))
}, {
  fault: 'rejects with something that is no Error',
  caughtBy: ['dial is rejected where nobody listens'],
  // eslint-disable-next-line prefer-promise-reject-errors
  break: onDial(async (dial, address, options) => dial(address, options).catch(async () => Promise.reject('refused')))
}, {
  fault: 'dials whatever it is given',
  caughtBy: ['dial refuses an address that is not its own'],
  break: onDial(async (dial, address, options) => dial(address, options).catch(() => ({}) as Connection))
}, {
  fault: 'forgets which peer was dialed',
  caughtBy: ['does not connect to another peer than the address names'],
  break: onDial(async (dial, address, options) => dial(address.decapsulateCode(421), options))
}, {
  fault: 'takes both ends for the dialer',
  caughtBy: ['gives both upgraders one end each, with its direction and address'],
  break: onConnections(connection => { connection.direction = 'outbound' })
}]

const onListening: BrokenTransport[] = [{
  fault: 'never emits listening',
  caughtBy: ['emits listening, and has addresses then'],
  break: onListeners(listener => { swallow(listener, 'listening') })
}, {
  fault: 'never emits close',
  caughtBy: ['emits close, and takes no more connections then'],
  break: onListeners(listener => { swallow(listener, 'close') })
}, {
  fault: 'names the port that was asked for and not the one that was given',
  caughtBy: ['has addresses that can be dialed: no port 0, no /p2p'],
  break: onListeners(listener => { listener.getAddrs = () => [multiaddr('/ip4/192.0.2.1/tcp/0')] })
}, {
  fault: 'puts the peer into its own addresses',
  caughtBy: ['has addresses that can be dialed: no port 0, no /p2p'],
  break: onListeners(listener => {
    const getAddrs = listener.getAddrs.bind(listener)
    listener.getAddrs = () => getAddrs().map(address => address.encapsulate('/p2p/12D3KooWGC6TvWhfapngX6wvJHMYvKpDMXPb3ZnCZ6dMoaMtimQ5'))
  })
}, {
  fault: 'goes on listening after close',
  caughtBy: ['emits close, and takes no more connections then', 'gives its address free when it closes'],
  break: onListeners(listener => { listener.close = async () => { listener.safeDispatchEvent('close') } })
}, {
  fault: 'close of a listener waits for its connections to end by themselves',
  caughtBy: ['closes while connections are open'],
  break: transport => {
    const open = new Set<MultiaddrConnection>()
    onConnections(connection => {
      open.add(connection)
      connection.addEventListener('close', () => { open.delete(connection) })
    })(transport)
    onListeners(listener => {
      const close = listener.close.bind(listener)
      listener.close = async () => {
        await Promise.all([...open].map(async connection => new Promise(resolve => { connection.addEventListener('close', resolve) })))
        await close()
      }
    })(transport)
  }
}, {
  fault: 'does not end upgrades when it closes',
  caughtBy: ['closes while a connection says nothing, and ends its upgrade'],
  break: transport => {
    withUpgrader(transport, upgrader => ({
      ...forward(upgrader),
      upgradeInbound: async (connection: MultiaddrConnection, options: any) => upgrader.upgradeInbound(connection, { ...options, signal: neverAborts() })
    }))
  }
}, {
  fault: 'stops listening when one upgrade fails',
  caughtBy: ['closes the connection when its upgrade fails, and goes on listening', 'survives peers that send garbage into the upgrade'],
  break: transport => {
    const listeners: Listener[] = []
    onListeners(listener => { listeners.push(listener) })(transport)
    withUpgrader(transport, upgrader => ({
      ...forward(upgrader),
      upgradeInbound: async (connection: MultiaddrConnection, options: any) => upgrader.upgradeInbound(connection, options).catch(async error => {
        await Promise.all(listeners.map(async listener => listener.close()))
        throw error
      })
    }))
  }
}, {
  fault: 'listens twice on one address',
  caughtBy: ['refuses an address that is taken'],
  break: onListeners(listener => {
    const listen = listener.listen.bind(listener)
    listener.listen = async address => listen(address).catch(() => {})
  })
}]

const onFiltering: BrokenTransport[] = [{
  fault: 'takes every address for its own',
  caughtBy: ['dialFilter keeps what can be dialed, with and without /p2p, and drops the rest', 'listenFilter keeps what can be listened on, and drops the rest'],
  break: onFilters((_filter, addresses) => addresses)
}, {
  fault: 'does not know its own address with /p2p behind it',
  caughtBy: ['dialFilter keeps what can be dialed, with and without /p2p, and drops the rest'],
  break: onFilters((filter, addresses) => filter(addresses).filter(address => !`${address}`.includes('/p2p/')))
}, {
  fault: 'takes addresses out of the list that it filters',
  caughtBy: ['dialFilter keeps what can be dialed, with and without /p2p, and drops the rest'],
  break: onFilters((filter, addresses) => {
    const kept = filter(addresses)
    addresses.splice(0, addresses.length, ...kept)

    return kept
  })
}, {
  fault: 'has no transport symbol',
  caughtBy: ['is known as a transport by js-libp2p, and has a name'],
  break: transport => {
    const symbol = Object.getOwnPropertySymbols(transport).find(({ description }) => description === '@libp2p/transport')
    Object.assign(transport, { [symbol ?? '']: false })
  }
}]

export const brokenTransports: readonly BrokenTransport[] = [...onFiltering, ...onDialing, ...onListening, ...onBytes, ...onBackPressure, ...onEnding]
