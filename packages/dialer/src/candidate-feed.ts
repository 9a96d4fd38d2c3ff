import { namesPeer, toDialAddress } from './dial-address.ts'
import { MAX_ADDRESSES, MAX_DNSADDR_DEPTH } from './sans-io/constants.ts'
import { SourcePause } from './source-pause.ts'
import type { SkipReason } from './sans-io/address-filter.ts'
import type { FoundAddress } from './sans-io/inputs.ts'
import type { Logger, MultiaddrResolver, PeerId } from '@libp2p/interface'
import type { CandidatesOptions, Clock, DialCandidate, DialCandidateSource, PeerConnectionGater } from '@libp2p-ws/core'
import type { Multiaddr } from '@multiformats/multiaddr'

export interface CandidateFeedInit {
  /** Whom the addresses should lead to, if it is known. */
  peer: PeerId | undefined
  resolvers: readonly MultiaddrResolver[]
  gater: PeerConnectionGater | undefined
  clock: Clock
  log: Logger

  /** Ends every lookup. */
  signal: AbortSignal
  canDial(address: Multiaddr): boolean

  /** Addresses that became known together. */
  onFound(found: FoundAddress[]): void

  /** The source brings nothing more until it is needed; or, when `isOver`, goes on. Not called after the signal. */
  onWait(isOver: boolean): void

  /** Everything that was added has been found. Not called after the signal. */
  onEnd(error?: Error): void
}

// a chain of promises that needs more turns than this is doing I/O
const QUIET_TURNS = 8

/**
 * One source of candidates: takes addresses as they come, resolves names, asks
 * the gater, and passes on what it has as soon as nothing more is about to come.
 * A name that takes long to resolve holds up nothing but itself.
 */
export class CandidateFeed {
  readonly #init: CandidateFeedInit
  readonly #pause: SourcePause
  #found: FoundAddress[] = []
  #isWaitingForQuiet = false
  #resolved = 0
  #pending = 1
  #error: Error | undefined

  constructor (init: CandidateFeedInit) {
    this.#init = init
    this.#pause = new SourcePause({ clock: init.clock, signal: init.signal, onChange: init.onWait })
  }

  /** Every address of `source` at once. To be called once, as the only source. */
  addAll (addresses: Iterable<Multiaddr>, source: DialCandidateSource): void {
    for (const address of addresses) {
      this.#take(address, source, 0)
    }

    this.#flush()
    this.#done()
  }

  /** Addresses as they come. To be called once, as the only source. */
  async follow (open: (needed: CandidatesOptions['needed']) => AsyncIterable<DialCandidate>): Promise<void> {
    const { signal } = this.#init
    let iterator: AsyncIterator<DialCandidate> | undefined
    const stop = (): void => { iterator?.return?.().catch(() => {}) }
    signal.addEventListener('abort', stop, { once: true })

    try {
      iterator = open(async patience => this.#untilNeeded(patience))[Symbol.asyncIterator]()

      for (let next = await iterator.next(); next.done !== true && !signal.aborted; next = await iterator.next()) {
        this.#take(next.value.address, next.value.source, 0)
        this.#flushWhenQuiet()
      }
    } catch (err) {
      this.#error = err instanceof Error ? err : new Error(String(err))
    } finally {
      signal.removeEventListener('abort', stop)
      this.#done()
    }
  }

  /** A source that waits until it is needed is needed now. */
  goOn (): void {
    this.#pause.goOn()
  }

  async #untilNeeded (patience: number = Infinity): Promise<void> {
    const wait = this.#pause.wait(patience)
    this.#pauseWhenIdle()
    await wait
  }

  /** What a source brought may take time to resolve after it. */
  #pauseWhenIdle (): void {
    if (this.#pending === 1 && this.#pause.isWanted && !this.#init.signal.aborted) {
      this.#flush()
      this.#pause.begin()
    }
  }

  #take (address: Multiaddr, source: DialCandidateSource, depth: number): void {
    const resolver = this.#init.resolvers.find(resolver => resolver.canResolve(address))

    if (resolver === undefined) {
      this.#check(address, source)
    } else if (depth < MAX_DNSADDR_DEPTH && this.#resolved < MAX_ADDRESSES) {
      this.#pending++
      void this.#resolve(resolver, address, depth)
    } else {
      this.#refuse(address, source, 'not resolved')
    }
  }

  async #resolve (resolver: MultiaddrResolver, address: Multiaddr, depth: number): Promise<void> {
    const { signal, log } = this.#init

    try {
      for (const resolved of await resolver.resolve(address, { signal, log })) {
        if (++this.#resolved <= MAX_ADDRESSES) {
          this.#take(resolved, 'dns', depth + 1)
        }
      }
    } catch (err) {
      log('could not resolve %a - %e', address, err)
      this.#refuse(address, 'dns', 'not resolved')
    } finally {
      this.#flushWhenQuiet()
      this.#done()
    }
  }

  #check (address: Multiaddr, source: DialCandidateSource): void {
    try {
      this.#checkValid(address, source)
    } catch (err) {
      // an address that cannot be read must not take the others with it
      this.#init.log('could not use %a - %e', address, err)
      this.#refuse(address, source, 'invalid address')
    }
  }

  #checkValid (address: Multiaddr, source: DialCandidateSource): void {
    const { peer, gater, canDial } = this.#init
    const target = toDialAddress(address, peer)

    if (target === undefined) {
      return
    }

    const found: FoundAddress = { address: target.address, key: target.key, source }

    if (target.peer !== undefined && peer !== undefined && !namesPeer(target.peer, peer)) {
      this.#found.push({ ...found, skip: 'other peer' })
    } else if (!canDial(target.address)) {
      this.#found.push({ ...found, skip: 'no transport' })
    } else if (gater?.denyDialMultiaddr === undefined) {
      this.#found.push(found)
    } else {
      this.#pending++
      void this.#askGater(gater, found)
    }
  }

  async #askGater (gater: PeerConnectionGater, found: FoundAddress): Promise<void> {
    try {
      const isDenied = await gater.denyDialMultiaddr?.(found.address, this.#init.peer)
      this.#found.push(isDenied === true ? { ...found, skip: 'gater' } : found)
    } catch {
      // a gater that cannot answer has not allowed it
      this.#found.push({ ...found, skip: 'gater' })
    } finally {
      this.#flushWhenQuiet()
      this.#done()
    }
  }

  #refuse (address: Multiaddr, source: DialCandidateSource, skip: SkipReason): void {
    this.#found.push({ address, key: address.toString(), source, skip })
  }

  /** What is known at one time is ranked together: waits until no promise of a source is about to bring more. */
  #flushWhenQuiet (): void {
    if (!this.#isWaitingForQuiet) {
      this.#isWaitingForQuiet = true
      void this.#waitForQuiet()
    }
  }

  async #waitForQuiet (): Promise<void> {
    let known = -1

    while (known !== this.#found.length && this.#found.length < MAX_ADDRESSES) {
      known = this.#found.length

      for (let i = 0; i < QUIET_TURNS; i++) {
        await Promise.resolve()
      }
    }

    this.#isWaitingForQuiet = false
    this.#flush()
  }

  #flush (): void {
    const found = this.#found

    if (found.length > 0 && !this.#init.signal.aborted) {
      this.#found = []
      this.#init.onFound(found)
    }
  }

  #done (): void {
    if (--this.#pending === 0 && !this.#init.signal.aborted) {
      this.#flush()
      this.#init.onEnd(this.#error)
    } else {
      this.#pauseWhenIdle()
    }
  }
}
