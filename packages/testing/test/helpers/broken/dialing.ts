import { neverAborts, onConnections, onDial, onUpgrade } from './break.ts'
import type { BrokenTransport } from './broken-transport.ts'
import type { Connection } from '@libp2p/interface'

export const dialing: BrokenTransport[] = [{
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
  caughtBy: ['leaves nothing open, after close and after abort', 'dials with and without /p2p', 'returns the connection that the upgrader made'],
  break: transport => {
    onDial(async (dial, address, options) => {
      dial(address, { ...options, onProgress: () => {} }).catch(() => {})

      return dial(address, options)
    })(transport)
    onUpgrade(async (upgrade, connection, options) => options.onProgress == null ? upgrade(connection, options) : new Promise<never>(() => {}))(transport)
  }
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
