import { expect } from 'aegir/chai'
import { closeAll, introduce, makeSwarm, readAll } from '../swarms.ts'
import { closeOf, connectTo, line, yamuxFrame } from './bytes.ts'
import { HealthyPeer } from './healthy-peer.ts'
import { makeVictim, onlyLeft, OPEN } from './victim.ts'
import type { Swarm, SwarmConnection } from '../../src/index.ts'
import type { Stream } from '@libp2p/interface'
import type { Socket } from 'node:net'

const MULTISTREAM = line('/multistream/1.0.0')

/** Frames of yamux (its specification). */
const SYN = 1
const FIN = 4

describe('a peer that misuses its streams', () => {
  let victim: Swarm
  let healthy: HealthyPeer

  beforeEach(async () => {
    victim = await makeVictim()
    healthy = await HealthyPeer.meet(victim)
  })

  afterEach(async () => {
    await healthy.stop()
    await closeAll()
  })

  /** A connection that is up: frames of yamux come next. */
  async function connectForStreams (): Promise<Socket> {
    const before = strangers().length
    const socket = connectTo(victim, 'tcp')
    socket.write(Buffer.concat([MULTISTREAM, line(OPEN), MULTISTREAM, line('/yamux/1.0.0')]))

    while (strangers().length === before) {
      await new Promise(resolve => setTimeout(resolve, 5))
    }

    return socket
  }

  function strangers (): SwarmConnection[] {
    return victim.conns().filter(({ encryption }) => encryption === OPEN)
  }

  /** Waits until connections of strangers carry so many streams. */
  async function streamsOf (count: number): Promise<void> {
    while (strangers().flatMap(({ streams }) => streams).length !== count) {
      await new Promise(resolve => setTimeout(resolve, 5))
    }
  }

  it('by opening them without end has only as many as the limits say', async () => {
    const socket = await connectForStreams()
    let opened = 0
    const flood = setInterval(() => {
      socket.write(Buffer.concat(Array.from({ length: 500 }, () => yamuxFrame({ flags: SYN, streamId: 2 * opened++ + 1 }))))
    }, 2)

    await healthy.served(50)
    const [attacker] = strangers()
    clearInterval(flood)
    expect(opened).to.be.above(5_000)
    expect(attacker?.streams.length ?? 0).to.be.at.most(1_000)
    socket.destroy()
    await onlyLeft(victim, 1)
    await healthy.served(3)
  })

  it('by never saying what they are for has them reset', async () => {
    const socket = await connectForStreams()
    socket.write(Buffer.concat(Array.from({ length: 50 }, (_, i) => yamuxFrame({ flags: SYN, streamId: 2 * i + 1, payload: MULTISTREAM }))))
    await streamsOf(50)
    await streamsOf(0)
    await healthy.served(3)
    socket.destroy()
    await closeOf(socket)
    await onlyLeft(victim, 1)
  })

  it('by never opening its window gets no more than the window, and what is queued is bounded', async () => {
    let sent = 0
    const done = Promise.withResolvers<string>()
    victim.handle('/flood', async stream => {
      try {
        for (;;) {
          sent += 65_536

          if (!stream.send(new Uint8Array(65_536))) {
            await stream.onDrain()
          }
        }
      } catch {
        done.resolve(stream.status)
      }
    })
    const attacker = await makeSwarm({ listen: [] })
    await introduce(attacker, victim)
    const stream = await attacker.newStream(victim.localPeer, '/flood')
    stream.pause()
    await healthy.served(50)

    expect(sent).to.be.below(4 * 1024 * 1024)
    await attacker.close()
    expect(await done.promise).to.not.equal('open')
    await onlyLeft(victim, 1)
  })

  it('by leaving them half-closed for ever does not keep the victim from closing', async () => {
    const streams: Stream[] = []
    victim.handle('/half', async stream => {
      streams.push(stream)
      await readAll(stream)
      await stream.close()
    })
    const socket = await connectForStreams()
    socket.write(Buffer.concat(Array.from({ length: 20 }, (_, i) => {
      return yamuxFrame({ flags: SYN | FIN, streamId: 2 * i + 1, payload: Buffer.concat([MULTISTREAM, line('/half')]) })
    })))
    await healthy.served(3)
    // ours ends its side, theirs has ended before: nothing is left of them
    await streamsOf(0)
    expect(streams).to.have.lengthOf(20)

    const others = await connectForStreams()
    others.write(Buffer.concat(Array.from({ length: 20 }, (_, i) => {
      return yamuxFrame({ flags: SYN, streamId: 2 * i + 1, payload: Buffer.concat([MULTISTREAM, line('/half')]) })
    })))
    await healthy.served(20)
    await healthy.stop()
    const closed = Promise.all([closeOf(socket), closeOf(others)])
    await victim.close()
    await closed
  })
})
