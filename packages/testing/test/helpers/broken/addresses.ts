import { onFilters, onListeners } from './break.ts'
import type { BrokenTransport } from './broken-transport.ts'

export const addresses: BrokenTransport[] = [{
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
  fault: 'refuses to listen, and does not say where',
  caughtBy: ['listen names the address that it refuses'],
  break: onListeners(listener => {
    const listen = listener.listen.bind(listener)
    listener.listen = async address => listen(address).catch(cause => { throw new Error('listen failed', { cause }) })
  })
}, {
  fault: 'has no transport symbol',
  caughtBy: ['is known as a transport by js-libp2p, and has a name'],
  break: transport => {
    const symbol = Object.getOwnPropertySymbols(transport).find(({ description }) => description === '@libp2p/transport')
    Object.assign(transport, { [symbol ?? '']: false })
  }
}]
