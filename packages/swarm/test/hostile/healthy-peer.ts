import { expect } from 'aegir/chai'
import { echo, introduce, makeSwarm, readAll, writeAll } from '../swarms.ts'
import type { Swarm } from '../../src/index.ts'
import type { Connection } from '@libp2p/interface'

/** Somebody who is served while others misbehave: every few ms a stream, an echo, and a look at whether it is right. */
export class HealthyPeer {
  readonly #connection: Connection
  readonly #running: Promise<void>
  readonly #waiting = new Set<() => void>()
  #count = 0
  #isStopped = false

  private constructor (connection: Connection) {
    this.#connection = connection
    this.#running = this.#run()

    // whoever asks hears of it
    this.#running.catch(() => {})
  }

  static async meet (victim: Swarm): Promise<HealthyPeer> {
    const peer = await makeSwarm({ listen: [] })
    victim.handle('/healthy', echo)
    await introduce(peer, victim)

    return new HealthyPeer(await peer.dialPeer(victim.localPeer))
  }

  /** Resolves after `count` more echoes; rejects when one of them went wrong. */
  async served (count: number): Promise<void> {
    const enough = this.#count + count

    while (this.#count < enough) {
      await Promise.race([this.#running, new Promise<void>(resolve => { this.#waiting.add(resolve) })])
    }
  }

  /** The first time: the connection is the one that there was at first, and everything came back. */
  async stop (): Promise<void> {
    if (!this.#isStopped) {
      this.#isStopped = true
      await this.#running
      expect(this.#connection.status).to.equal('open')
    }
  }

  async #run (): Promise<void> {
    while (!this.#isStopped) {
      await this.#echo()
      this.#count++
      this.#waiting.forEach(resolve => { resolve() })
      this.#waiting.clear()
      await new Promise(resolve => setTimeout(resolve, 2))
    }
  }

  async #echo (): Promise<void> {
    const sent = crypto.getRandomValues(new Uint8Array(1 + this.#count % 3_000))
    const stream = await this.#connection.newStream('/healthy')
    const answer = readAll(stream)
    await writeAll(stream, sent)
    await stream.close()
    expect(Buffer.compare(await answer, sent), 'the echo differs').to.equal(0)
  }
}
