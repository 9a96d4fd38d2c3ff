import { ACKNOWLEDGEMENT_LENGTH, HEADER_LENGTH, PROTOCOL } from '../contract.ts'
import { ByteCounter, sendBytes } from './pace.ts'
import type { ByteCounterInit } from './pace.ts'
import type { Libp2p, Stream } from '@libp2p/interface'

/** As many streams as a benchmark opens; closing takes a moment. */
export const NO_LIMIT = { maxInboundStreams: 1_000_000, maxOutboundStreams: 1_000_000 }

/** Serves the protocols of the benchmark. */
export async function serveProtocols (host: Libp2p): Promise<void> {
  await host.handle(PROTOCOL.transfer, abortOnError(serveTransfer), NO_LIMIT)
  await host.handle(PROTOCOL.echo, abortOnError(serveEcho), NO_LIMIT)
}

type Serve = (stream: Stream) => Promise<void>

/** A stream that fails tells the dialer, which waits for it. */
function abortOnError (serve: Serve): Serve {
  return async (stream) => {
    try {
      await serve(stream)
    } catch (err: any) {
      stream.abort(err)
    }
  }
}

async function serveEcho (stream: Stream): Promise<void> {
  stream.addEventListener('message', ({ data }) => {
    stream.send(data)
    stream.close().catch(err => { stream.abort(err) })
  }, { once: true })
}

async function serveTransfer (stream: Stream): Promise<void> {
  const header = new Uint8Array(HEADER_LENGTH)
  let length = 0
  const onBytes: ByteCounterInit['onBytes'] = bytes => {
    if (length < HEADER_LENGTH) {
      const part = bytes.subarray(0, HEADER_LENGTH - length)
      header.set(part, length)
      length += part.byteLength
    }
  }
  const received = new ByteCounter(stream, { onBytes })
  await received.reach(HEADER_LENGTH)
  const sizes = new DataView(header.buffer)
  const up = Number(sizes.getBigUint64(0))
  const down = Number(sizes.getBigUint64(8))

  await Promise.all([received.reach(HEADER_LENGTH + up), sendBytes(stream, down)])
  stream.send(new Uint8Array(ACKNOWLEDGEMENT_LENGTH))
  await stream.close()
}
