import { ClosedError } from '@libp2p-ws/core'
import { NoTransportError } from '@libp2p-ws/dialer'
import { multiaddr } from '@multiformats/multiaddr'
import { withDeadline } from './deadline.ts'
import { ListenError } from './errors.ts'
import { toError } from './stream-negotiation.ts'
import type { Listener, Logger, Transport, Upgrader } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/** Ms that one listener may take to close before it is left to itself. */
const LISTENER_CLOSE_TIMEOUT = 5_000

export interface ListenersInit {
  upgrader: Upgrader
  log: Logger
  transportFor(address: Multiaddr): Transport | undefined

  /** Once for each listener, when it works. */
  onListen(address: Multiaddr): void

  /** Each time a listener says that it listens: its addresses may be others than before. */
  onListening(listener: Listener): void
  onClose(address: Multiaddr, listener: Listener): void
}

interface Entry {
  listener: Listener

  /** As asked for, with the port that was given; undefined until it listens. */
  address: Multiaddr | undefined
}

/** The listeners of a swarm. Each one tells `onListen` once and `onClose` once. */
export class Listeners {
  readonly #init: ListenersInit
  // in the order in which they were asked for, whichever works first
  readonly #entries: Entry[] = []
  #closed = false

  constructor (init: ListenersInit) {
    this.#init = init
  }

  /** @throws {ListenError} when none of `addresses` can be listened on */
  async listen (addresses: Multiaddr[]): Promise<void> {
    const failures: Array<{ address: Multiaddr, cause: Error }> = []
    let listening = 0

    for (const address of addresses) {
      try {
        await this.add(address)
        listening++
      } catch (err) {
        const cause = toError(err)
        this.#init.log.error('could not listen on %a - %e', address, cause)
        failures.push({ address, cause })
      }
    }

    if (listening === 0 && failures.length > 0) {
      throw new ListenError(failures)
    }
  }

  /**
   * @throws {ClosedError} after `close`
   * @throws {NoTransportError} when no transport listens on such addresses
   * @throws {Error} the transport's, when the address cannot be had
   */
  async add (address: Multiaddr): Promise<Listener> {
    this.#assertOpen()
    const transport = this.#init.transportFor(address)

    if (transport == null) {
      throw new NoTransportError(`no transport to listen on ${address}`)
    }

    const listener = transport.createListener({ upgrader: this.#init.upgrader })
    this.#entries.push({ listener, address: undefined })

    // a listener may report more than one error, and after its promise has settled
    listener.addEventListener('error', event => { this.#init.log.error('listener on %a - %e', address, toError(event.detail)) })
    listener.addEventListener('listening', () => {
      this.#onListening(address, listener)
      this.#init.onListening(listener)
    })
    listener.addEventListener('close', () => { this.#onClose(listener) }, { once: true })

    try {
      await listener.listen(address)
      this.#assertOpen()
      this.#onListening(address, listener)
    } catch (err) {
      await this.#stop(listener)
      throw err
    }

    return listener
  }

  /** Closes the listener on `address`, as asked for or as listened on. Returns whether there was one. */
  async remove (address: Multiaddr): Promise<boolean> {
    const matching = this.#entries.filter(entry => entry.address?.equals(address) === true || entry.listener.getAddrs().some(own => own.equals(address)))

    await Promise.all(matching.map(async ({ listener }) => { await this.#stop(listener) }))

    return matching.length > 0
  }

  addresses (): Multiaddr[] {
    return this.#entries.map(({ address }) => address).filter(address => address != null)
  }

  /** With wildcards replaced by the addresses of the interfaces, as the transports report them. */
  interfaceAddresses (): Multiaddr[] {
    const byText = new Map(this.all().flatMap(listener => listener.getAddrs()).map(address => [address.toString(), address]))

    return [...byText.values()]
  }

  all (): Listener[] {
    return this.#entries.filter(({ address }) => address != null).map(({ listener }) => listener)
  }

  async close (): Promise<void> {
    this.#closed = true
    await Promise.all(this.#entries.map(async ({ listener }) => { await this.#stop(listener) }))
  }

  async #stop (listener: Listener): Promise<void> {
    try {
      await withDeadline(LISTENER_CLOSE_TIMEOUT, undefined, 'closing a listener', async () => listener.close())
    } catch (err) {
      this.#init.log.error('listener did not close - %e', toError(err))
    }

    this.#onClose(listener)
  }

  #onListening (asked: Multiaddr, listener: Listener): void {
    const entry = this.#entries.find(entry => entry.listener === listener)

    // told twice: by the event and by the promise
    if (entry == null || entry.address != null || this.#closed) {
      return
    }

    entry.address = withPort(asked, listener.getAddrs())
    this.#init.onListen(entry.address)
  }

  #onClose (listener: Listener): void {
    const index = this.#entries.findIndex(entry => entry.listener === listener)
    const [entry] = index === -1 ? [] : this.#entries.splice(index, 1)

    if (entry?.address != null) {
      this.#init.onClose(entry.address, listener)
    }
  }

  #assertOpen (): void {
    if (this.#closed) {
      throw new ClosedError('the swarm')
    }
  }
}

/** Port 0 in `asked` is replaced by the one that the system gave. */
function withPort (asked: Multiaddr, listening: Multiaddr[]): Multiaddr {
  const given = listening[0]?.getComponents().find(({ name }) => name === 'tcp' || name === 'udp')

  return multiaddr(asked.getComponents().map(component => component.name === given?.name && component.value === '0' ? given : component))
}
