import { ACKNOWLEDGEMENT_LENGTH, HEADER_LENGTH, PROTOCOL } from '../contract.ts'
import { ByteCounter, sendBytes } from './pace.ts'
import { NO_LIMIT } from './serve.ts'
import { timed } from './timed.ts'
import type { TransferCommand } from '../contract.ts'
import type { Connection } from '@libp2p/interface'

/** Ms from opening the first stream until the last one has its acknowledgement. */
export async function transfer (connection: Connection, { streams, up, down, keep = false }: TransferCommand): Promise<number> {
  return timed(streams, streams, async () => {
    const stream = await connection.newStream(PROTOCOL.transfer, NO_LIMIT)
    const received = new ByteCounter(stream, { keep })
    const header = new DataView(new ArrayBuffer(HEADER_LENGTH))
    header.setBigUint64(0, BigInt(up))
    header.setBigUint64(8, BigInt(down))
    stream.send(new Uint8Array(header.buffer))

    await Promise.all([sendBytes(stream, up), received.reach(down + ACKNOWLEDGEMENT_LENGTH)])
    await stream.close()
  })
}
