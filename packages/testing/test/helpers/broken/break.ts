import { AbstractMultiaddrConnection } from '@libp2p/utils'
import { yamux } from '@libp2p/yamux'
import type { Listener, MultiaddrConnection, Stream, StreamMuxer, Transport, Upgrader, UpgraderOptions } from '@libp2p/interface'
import type { AbstractStream } from '@libp2p/utils'
import type { Multiaddr } from '@multiformats/multiaddr'

/** Does something to a transport that makes it worse. */
export type Break = (transport: Transport) => void

type Upgrade = (connection: MultiaddrConnection, options: UpgraderOptions) => Promise<any>
type Dial = Transport['dial']

export function neverAborts (): AbortSignal {
  return new AbortController().signal
}

/** Calls `around` in place of every upgrade. */
export function onUpgrade (around: (upgrade: Upgrade, connection: MultiaddrConnection, options: UpgraderOptions) => Promise<any>): Break {
  const wrap = (upgrader: Upgrader): Upgrader => ({
    upgradeInbound: async (connection: MultiaddrConnection, options: UpgraderOptions) => around(upgrader.upgradeInbound.bind(upgrader), connection, options),
    upgradeOutbound: async (connection: MultiaddrConnection, options: UpgraderOptions) => around(upgrader.upgradeOutbound.bind(upgrader), connection, options),
    createInboundAbortSignal: signal => upgrader.createInboundAbortSignal(signal),
    getStreamMuxers: () => upgrader.getStreamMuxers(),
    getConnectionEncrypters: () => upgrader.getConnectionEncrypters()
  })

  return transport => {
    const dial = transport.dial.bind(transport)
    const createListener = transport.createListener.bind(transport)
    transport.dial = async (address, options) => dial(address, { ...options, upgrader: wrap(options.upgrader) })
    transport.createListener = options => createListener({ ...options, upgrader: wrap(options.upgrader) })
  }
}

/** Has `alter` done to every connection before the upgrader gets it. */
export function onConnections (alter: (connection: AbstractMultiaddrConnection) => void): Break {
  return onUpgrade(async (upgrade, connection, options) => {
    if (!(connection instanceof AbstractMultiaddrConnection)) {
      throw new Error('the simulated network makes other connections now')
    }

    alter(connection)

    return upgrade(connection, options)
  })
}

/** Has the transport bring a muxer of its own, and `alter` done to it. */
export function onMuxers (alter: (muxer: StreamMuxer, connection: MultiaddrConnection) => void): Break {
  const factory = yamux({ enableKeepAlive: false, maxInboundStreams: 100_000, maxOutboundStreams: 100_000 })()

  return onUpgrade(async (upgrade, connection, options) => upgrade(connection, {
    ...options,
    muxerFactory: {
      protocol: factory.protocol,
      createStreamMuxer: stream => {
        const muxer = factory.createStreamMuxer(stream)
        alter(muxer, connection)

        return muxer
      }
    }
  }))
}

/** Has `alter` done to every stream, at the end that opens it and at the other. */
export function onStreams (alter: (stream: AbstractStream) => void): Break {
  return onMuxers(muxer => {
    const createStream = muxer.createStream.bind(muxer)
    muxer.createStream = async options => altered(await createStream(options), alter)
    muxer.addEventListener('stream', ({ detail }) => { altered(detail, alter) })
  })
}

function altered (stream: Stream, alter: (stream: AbstractStream) => void): Stream {
  alter(stream as AbstractStream)

  return stream
}

export function onListeners (alter: (listener: Listener) => void): Break {
  return transport => {
    const createListener = transport.createListener.bind(transport)
    transport.createListener = options => {
      const listener = createListener(options)
      alter(listener)

      return listener
    }
  }
}

/** Calls `around` in place of every dial. */
export function onDial (around: (dial: Dial, ...args: Parameters<Dial>) => ReturnType<Dial>): Break {
  return transport => {
    const dial = transport.dial.bind(transport)
    transport.dial = async (...args) => around(dial, ...args)
  }
}

/** Calls `around` in place of both filters. */
export function onFilters (around: (filter: (addresses: Multiaddr[]) => Multiaddr[], addresses: Multiaddr[]) => Multiaddr[]): Break {
  return transport => {
    const dialFilter = transport.dialFilter.bind(transport)
    const listenFilter = transport.listenFilter.bind(transport)
    transport.dialFilter = addresses => around(dialFilter, addresses)
    transport.listenFilter = addresses => around(listenFilter, addresses)
  }
}

/** Has `target` never emit events of a type. */
export function swallow (target: { safeDispatchEvent(type: any, detail?: any): boolean }, swallowed: string): void {
  const dispatch = target.safeDispatchEvent.bind(target)
  target.safeDispatchEvent = (type, detail) => type === swallowed || dispatch(type, detail)
}
