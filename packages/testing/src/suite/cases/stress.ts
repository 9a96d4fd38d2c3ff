import { within } from '../checks.ts'
import { Inbox } from '../inbox.ts'
import { Pattern } from '../pattern.ts'
import { sendAll } from '../send.ts'
import type { TestConnection } from '../../upgrade/test-connection.ts'
import type { SuiteCase, SuiteGroup } from '../suite-case.ts'
import type { TestBed } from '../test-bed.ts'

interface Load {
  connections: number
  streams: number
  messages: number

  /** Bytes of a message, from and to. */
  sizes: readonly [number, number]
}

/** The loads of go-libp2p's p2p/transport/testsuite, with a fifth of its connections and streams where it has the most. */
const LOADS: readonly Load[] = [
  { connections: 1, streams: 1, messages: 1, sizes: [2_048, 2_048] },
  { connections: 1, streams: 1, messages: 100, sizes: [2_048, 2_048] },
  { connections: 1, streams: 100, messages: 100, sizes: [100, 100] },
  { connections: 10, streams: 10, messages: 50, sizes: [100, 100] },
  { connections: 1, streams: 1_000, messages: 10, sizes: [100, 100] },
  { connections: 1, streams: 100, messages: 100, sizes: [1_000, 10_000] }
]

/** Under load a step waits for all the others: as many deadlines as go-libp2p's minute has of ours by default. */
const PATIENCE = 12

/** go-libp2p's SubtestStreamOpenStress opens 5 × 10,000. */
const OPEN_WORKERS = 5
const OPENS = 400

async function talk (bed: TestBed, connection: TestConnection, seed: number, { messages, sizes: [least, most] }: Load): Promise<void> {
  const stream = await within(PATIENCE * bed.deadline, 'newStream() under load', connection.newStream())
  const inbox = new Inbox(stream, seed, PATIENCE * bed.deadline)
  const pattern = new Pattern(seed)
  const lengths = Array.from({ length: messages }, (_, index) => least + Math.round((most - least) * index / messages))
  await sendAll(stream, lengths.map(length => pattern.next(length)), PATIENCE * bed.deadline)
  await within(PATIENCE * bed.deadline, 'close() of a stream under load', stream.close())
  const total = lengths.reduce((sum, length) => sum + length, 0)
  await inbox.receives(total)
  await inbox.ends('the end of a stream under load')
}

function toCase (load: Load): SuiteCase {
  const { connections, streams, messages, sizes: [least, most] } = load

  return {
    name: `${connections} × ${streams} × ${messages}: connections, streams on each, messages of ${least === most ? most : `${least} to ${most}`} bytes on each`,
    run: async bed => {
      const address = await bed.echoAddress()
      await Promise.all(Array.from({ length: connections }, async (_, connectionIndex) => {
        const connection = await bed.dialForStreams(address)
        await Promise.all(Array.from({ length: streams }, async (_, streamIndex) => {
          await talk(bed, connection, connectionIndex * streams + streamIndex, load)
        }))
      }))
    }
  }
}

export const stress: SuiteGroup = {
  name: 'under load',
  cases: [...LOADS.map(toCase), {
    name: `opens and ends ${OPEN_WORKERS * OPENS} streams, ${OPEN_WORKERS} at a time`,
    run: async bed => {
      const connection = await bed.dialForStreams(await bed.echoAddress())
      await Promise.all(Array.from({ length: OPEN_WORKERS }, async () => {
        for (let index = 0; index < OPENS; index++) {
          const stream = await within(PATIENCE * bed.deadline, 'newStream() under load', connection.newStream())
          const inbox = new Inbox(stream, 0, PATIENCE * bed.deadline)
          await within(PATIENCE * bed.deadline, 'close() of a stream under load', stream.close())
          await inbox.ends('the end of an empty stream')
        }
      }))
    }
  }]
}
