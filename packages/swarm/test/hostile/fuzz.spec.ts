import { yamux } from '@libp2p-ws/yamux'
import { expect } from 'aegir/chai'
import fc from 'fast-check'
import { closeAll } from '../swarms.ts'
import { closeOf, connectTo, STAGES, webSocketFrame, yamuxFrame } from './bytes.ts'
import { HealthyPeer } from './healthy-peer.ts'
import { makeVictim, onlyLeft } from './victim.ts'
import type { Stage } from './bytes.ts'
import type { Swarm } from '../../src/index.ts'

/** Inputs for each stage. */
const CASES = Number(process.env['FUZZ_CASES'] ?? (process.env['CI'] === undefined ? 200 : 20_000))

/** So many run at once, which mixes their orders. */
const AT_ONCE = 100

/** Every attacker ends its side, so that nothing has to be given up, however busy the machine is; ms. */
const LONG = 30_000

interface Attack {
  bytes: Buffer
  isReset: boolean
}

type Edit = { at: number, remove: number, insert: Uint8Array }

const garbage = fc.uint8Array({ minLength: 1, maxLength: 200 }).map(bytes => Buffer.from(bytes))
const edit: fc.Arbitrary<Edit> = fc.record({ at: fc.nat(300), remove: fc.nat(4), insert: fc.uint8Array({ maxLength: 4 }) })
const yamuxFrames = fc.array(fc.record({
  type: fc.oneof({ weight: 9, arbitrary: fc.nat(3) }, fc.nat(255)),
  flags: fc.oneof({ weight: 9, arbitrary: fc.nat(15) }, fc.nat(0xffff)),
  streamId: fc.oneof({ weight: 9, arbitrary: fc.nat(4) }, fc.nat()),
  payload: garbage
}).chain(frame => fc.oneof(
  { weight: 4, arbitrary: fc.constant(yamuxFrame(frame)) },
  fc.nat(0xffff_ffff).map(length => yamuxFrame({ ...frame, length }))
)), { minLength: 1, maxLength: 8 }).map(frames => Buffer.concat(frames))
const webSocketFrames = fc.array(fc.tuple(fc.nat(255), garbage.map(payload => payload.subarray(0, 125))), { minLength: 1, maxLength: 5 })
  .map(frames => Buffer.concat(frames.map(([first, payload]) => Buffer.concat([Buffer.of(first), webSocketFrame(payload).subarray(1)]))))

/** Bytes of their own right form, where a stage has one that says more than any bytes do. */
const FORMS: Record<string, fc.Arbitrary<Buffer>> = {
  yamux: yamuxFrames,
  'the choice of a stream\'s protocol': garbage.map(payload => yamuxFrame({ flags: 1, streamId: 1, payload })),
  'WebSocket frames': webSocketFrames,
  'multistream over WebSocket': garbage.map(payload => webSocketFrame(payload.subarray(0, 125)))
}

/** What comes in at `stage`: anything, or what should come with some bytes gone, added or other ones. */
function attacks ({ name, before, begins }: Stage): fc.Arbitrary<Attack> {
  const bytes = fc.oneof(
    garbage.map(bytes => Buffer.concat([before, bytes])),
    (FORMS[name] ?? garbage).map(bytes => Buffer.concat([before, bytes])),
    garbage.map(bytes => Buffer.concat([before, begins, bytes])),
    fc.array(edit, { minLength: 1, maxLength: 4 }).map(edits => Buffer.concat([before, mutate(begins, edits)])),
    fc.array(edit, { minLength: 1, maxLength: 4 }).map(edits => mutate(Buffer.concat([before, begins]), edits))
  )

  return fc.record({ bytes, isReset: fc.boolean() })
}

function mutate (bytes: Buffer, edits: Edit[]): Buffer {
  return edits.reduce((result, { at, remove, insert }) => {
    const from = at % (result.byteLength + 1)

    return Buffer.concat([result.subarray(0, from), insert, result.subarray(from + remove)])
  }, bytes)
}

describe('no bytes at any stage of a connection harm anybody else', function () {
  this.timeout(600_000)
  let victim: Swarm
  let healthy: HealthyPeer

  beforeEach(async () => {
    victim = await makeVictim({
      // of a machine on which nobody is refused for there being too many
      limits: { memory: 2 ** 33 },
      streamMuxers: [yamux()],
      inboundUpgradeTimeout: LONG,
      inboundStreamProtocolNegotiationTimeout: LONG
    })
    healthy = await HealthyPeer.meet(victim)
  })

  afterEach(async () => {
    await healthy.stop()
    await closeAll()
  })

  for (const stage of STAGES) {
    it(`${stage.name}: ${CASES} inputs`, async () => fuzz(stage))
  }

  async function fuzz (stage: Stage): Promise<void> {
    const batch = fc.array(attacks(stage), { minLength: AT_ONCE, maxLength: AT_ONCE })

    await fc.assert(fc.asyncProperty(batch, async attacks => {
      await Promise.all([healthy.served(1), ...attacks.map(async attack => send(attack, stage))])
    }), { numRuns: Math.ceil(CASES / AT_ONCE), endOnFailure: true })

    await onlyLeft(victim, 1)
    await healthy.served(3)
    expect(victim.conns()).to.have.lengthOf(1)
  }

  /** Resolves when the connection has ended. */
  async function send ({ bytes, isReset }: Attack, { transport }: Stage): Promise<void> {
    const socket = connectTo(victim, transport)
    socket.write(bytes, () => { isReset ? socket.resetAndDestroy() : socket.end() })
    await closeOf(socket)
  }
})
