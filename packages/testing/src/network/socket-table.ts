import type { SimulatedHost } from './simulated-host.ts'
import type { Wire, WireEnd } from './wire.ts'
import type { MessageStreamDirection } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/** One end of a connection. */
export interface SimulatedSocket {
  host: SimulatedHost
  direction: MessageStreamDirection

  /** What was dialed; the same at both ends. */
  address: Multiaddr
  state: 'connecting' | 'open'
}

interface Entry extends SimulatedSocket {
  wire?: Wire
}

/** A socket that is connecting, until one of these is called. */
export interface ConnectingSocket {
  /** `server` is the host at the far end; absent when nobody ever accepts there. */
  established(wire: Wire, server: SimulatedHost | undefined): void
  failed(): void
}

/** Every socket of the network, so that a test can see what was left open. */
export class SocketTable {
  readonly #entries = new Set<Entry>()

  connecting (host: SimulatedHost, address: Multiaddr): ConnectingSocket {
    const client: Entry = { host, direction: 'outbound', address, state: 'connecting' }
    this.#entries.add(client)

    return {
      established: (wire, server) => {
        this.#open(client, wire, wire.client)

        if (server != null) {
          this.#open({ host: server, direction: 'inbound', address, state: 'open' }, wire, wire.server)
        }
      },
      failed: () => { this.#entries.delete(client) }
    }
  }

  list (host?: SimulatedHost): SimulatedSocket[] {
    return [...this.#entries]
      .filter(entry => host == null || entry.host === host)
      .map(({ host, direction, address, state }) => ({ host, direction, address, state }))
  }

  cut (prefix: string): void {
    for (const { address, wire } of [...this.#entries]) {
      if (`${address}/`.startsWith(`${prefix}/`)) {
        wire?.cut()
      }
    }
  }

  #open (entry: Entry, wire: Wire, end: WireEnd): void {
    entry.state = 'open'
    entry.wire = wire
    this.#entries.add(entry)
    end.onGone = () => { this.#entries.delete(entry) }
  }
}
