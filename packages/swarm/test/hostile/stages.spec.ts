import { expect } from 'aegir/chai'
import { closeAll } from '../swarms.ts'
import { closeOf, connectTo, STAGES } from './bytes.ts'
import { HealthyPeer } from './healthy-peer.ts'
import { makeVictim, onlyLeft } from './victim.ts'
import type { Stage } from './bytes.ts'
import type { Swarm } from '../../src/index.ts'
import type { Socket } from 'node:net'

/** Above every timeout of the victim, ms. */
const LONGEST = 10_000

/** What somebody does who has come as far as a stage. */
interface Misdeed {
  name: string

  /** Whether the stage begins well. */
  isBegun: boolean
  act(socket: Socket): void
}

const MISDEEDS: Misdeed[] = [
  { name: 'says nothing', isBegun: false, act: () => {} },
  { name: 'says nothing more', isBegun: true, act: () => {} },
  { name: 'ends its side', isBegun: true, act: socket => { socket.end() } },
  { name: 'resets the connection', isBegun: true, act: socket => { socket.resetAndDestroy() } },
  { name: 'says garbage', isBegun: false, act: socket => { socket.write(Buffer.alloc(1_000, 0xfe)) } },
  { name: 'says garbage after a good beginning', isBegun: true, act: socket => { socket.write(Buffer.alloc(100_000, 0xfe)) } }
]

describe('a peer that misbehaves while its connection is upgraded loses it, and nobody else anything', () => {
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

  for (const stage of STAGES) {
    it(`at ${stage.name}: silent, cut or with garbage`, async () => misbehaveAt(stage))
  }

  async function misbehaveAt (stage: Stage): Promise<void> {
    const attacks = MISDEEDS.flatMap(misdeed => Array.from({ length: 3 }, async () => attack(stage, misdeed)))

    await Promise.all([...attacks, healthy.served(3)])
    await onlyLeft(victim, 1)
    await healthy.served(3)
  }

  /** Resolves when the victim has closed the connection. */
  async function attack ({ transport, before, begins }: Stage, { name, isBegun, act }: Misdeed): Promise<void> {
    const socket = connectTo(victim, transport)
    const timer = setTimeout(() => { socket.destroy(new Error(`${name}: the victim did not close the connection`)) }, LONGEST)
    const error = new Promise<Error | undefined>(resolve => { socket.on('error', resolve).once('close', () => { resolve(undefined) }) })
    socket.write(before)

    // half of it, so that it is never complete
    isBegun && socket.write(begins.subarray(0, Math.ceil(begins.byteLength / 2)))
    act(socket)
    await closeOf(socket)
    clearTimeout(timer)
    expect((await error)?.message ?? '').to.not.include('did not close')
  }
})
