import { PROTOCOL } from '../contract.ts'
import { ByteCounter } from './pace.ts'
import { NO_LIMIT } from './serve.ts'
import { timed } from './timed.ts'
import type { EchoCommand } from '../contract.ts'
import type { Connection } from '@libp2p/interface'

/** Ms for all streams. */
export async function echo (connection: Connection, { count, concurrency }: EchoCommand): Promise<number> {
  return timed(count, concurrency, async () => {
    const stream = await connection.newStream(PROTOCOL.echo, NO_LIMIT)
    const received = new ByteCounter(stream)
    stream.send(Uint8Array.of(1))
    await received.reach(1)
    await stream.close()
  })
}
