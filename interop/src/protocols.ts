import { createHash } from 'node:crypto'
import { PROTOCOL } from './contract.ts'
import { readToEnd } from './streams.ts'
import type { ConnReport } from './contract.ts'
import type { Stack } from './host-options.ts'
import type { Connection, Stream } from '@libp2p/interface'

/** Serves the test protocols on the host of `stack`. */
export async function serveProtocols (stack: Stack): Promise<void> {
  const { host } = stack

  await host.handle(PROTOCOL.echo, abortOnError(serveEcho))
  await host.handle(PROTOCOL.halfClose, abortOnError(serveHalfClose))
  await host.handle(PROTOCOL.reset, abortOnError(serveReset))
  await host.handle(PROTOCOL.connState, abortOnError(async (stream, connection) => {
    stream.send(new TextEncoder().encode(JSON.stringify(reportConnection(connection, stack))))
    await stream.close()
  }))
}

export function reportConnection (connection: Connection, { earlyMuxer }: Stack): ConnReport {
  return {
    remotePeer: connection.remotePeer.toString(),
    remoteAddr: connection.remoteAddr.toString(),
    security: connection.encryption ?? '',
    muxer: connection.multiplexer ?? '',
    transport: 'websocket',
    earlyMuxer: earlyMuxer(connection) ?? null
  }
}

type Serve = (stream: Stream, connection: Connection) => Promise<void>

/** A failing handler ends its own stream and nothing else. */
function abortOnError (serve: Serve): Serve {
  return async (stream, connection) => {
    try {
      await serve(stream, connection)
    } catch (err: any) {
      stream.abort(err)
    }
  }
}

async function serveEcho (stream: Stream): Promise<void> {
  await readToEnd(stream, (chunk) => {
    if (!stream.send(chunk)) {
      stream.pause()
      stream.onDrain().then(() => { resume(stream) }, (err) => { stream.abort(err) })
    }
  })
  await stream.close()
}

/** Resuming throws when the remote has closed its side in the meantime. */
function resume (stream: Stream): void {
  if (stream.readStatus === 'paused') {
    stream.resume()
  }
}

async function serveHalfClose (stream: Stream): Promise<void> {
  const digest = createHash('sha256')
  await readToEnd(stream, (chunk) => { digest.update(chunk.subarray()) })
  stream.send(digest.digest())
  await stream.close()
}

async function serveReset (stream: Stream): Promise<void> {
  await readToEnd(stream, () => { throw new Error('a byte was read: resetting, as the protocol says') })
}
