import { multiaddr } from '@multiformats/multiaddr'
import { neverAborts, onConnections, onListeners, onUpgrade, swallow } from './break.ts'
import type { BrokenTransport } from './broken-transport.ts'
import type { Listener, MultiaddrConnection } from '@libp2p/interface'

export const listening: BrokenTransport[] = [{
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
  caughtBy: ['closes while connections are open', 'closes while its sockets say nothing at all'],
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
    onUpgrade(async (upgrade, connection, options) => upgrade(connection, { ...options, signal: neverAborts() }))(transport)
  }
}, {
  fault: 'stops listening when one upgrade fails',
  caughtBy: ['closes the connection when its upgrade fails, and goes on listening', 'survives peers that send garbage into the upgrade', 'survives sockets that send garbage, and sockets that vanish'],
  break: transport => {
    const listeners: Listener[] = []
    onListeners(listener => { listeners.push(listener) })(transport)
    onUpgrade(async (upgrade, connection, options) => upgrade(connection, options).catch(async error => {
      await Promise.all(listeners.map(async listener => listener.close()))
      throw error
    }))(transport)
  }
}, {
  fault: 'listens twice on one address',
  caughtBy: ['refuses an address that is taken', 'listen refuses an address that is not its own'],
  break: onListeners(listener => {
    const listen = listener.listen.bind(listener)
    listener.listen = async address => listen(address).catch(() => {})
  })
}, {
  fault: 'has one listener, and a second takes its place',
  caughtBy: ['listens on each kind of address that it has, at once'],
  break: transport => {
    let first: Listener | undefined
    onListeners(listener => {
      const listen = listener.listen.bind(listener)
      listener.listen = async address => {
        await first?.close()
        first = listener
        await listen(address)
      }
    })(transport)
  }
}, {
  fault: 'cannot close a listener twice',
  caughtBy: ['closes twice, and before it ever listened'],
  break: onListeners(listener => {
    const close = listener.close.bind(listener)
    let closed = false
    listener.close = async () => {
      if (closed) {
        throw new Error('not listening')
      }

      closed = true
      await close()
    }
  })
}]
