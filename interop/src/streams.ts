import { StreamResetError } from '@libp2p/interface'
import type { Stream } from '@libp2p/interface'

type Chunk = Stream extends AsyncIterable<infer C> ? C : never

/**
 * Hands every chunk to `onChunk` and resolves when the remote has closed its
 * writing side and all has been read.
 *
 * The stream's async iterator is no substitute: it waits for ever if the remote
 * closed its side before the iteration began.
 *
 * @throws {Error} what the stream was reset or aborted with, or what `onChunk` threw
 */
export async function readToEnd (stream: Stream, onChunk: (chunk: Chunk) => void): Promise<void> {
  const finished = Promise.withResolvers<void>()

  const onMessage = (event: { data: Chunk }): void => {
    try {
      onChunk(event.data)
    } catch (err) {
      finished.reject(err)
    }

    if (isReadOut(stream)) {
      finished.resolve()
    }
  }
  const onEnd = (): void => {
    // A reset ends the reading side too; its 'close' follows with the cause.
    if (!isBroken(stream)) {
      finished.resolve()
    }
  }
  const onClose = (event: { error?: Error | undefined }): void => {
    event.error == null ? finished.resolve() : finished.reject(event.error)
  }

  stream.addEventListener('message', onMessage)
  stream.addEventListener('end', onEnd)
  stream.addEventListener('close', onClose)

  try {
    if (isBroken(stream)) {
      throw new StreamResetError()
    }

    if (isReadOut(stream)) {
      return
    }

    await finished.promise
  } finally {
    stream.removeEventListener('message', onMessage)
    stream.removeEventListener('end', onEnd)
    stream.removeEventListener('close', onClose)
  }
}

function isBroken (stream: Stream): boolean {
  return stream.status === 'reset' || stream.status === 'aborted'
}

/** What protocol negotiation read ahead is put back after 'end', which does not come again. */
function isReadOut (stream: Stream): boolean {
  return stream.readableEnded && stream.readBufferLength === 0
}

/** Sends all of `data` in chunks, at the pace of the stream, and closes the writing side. */
export async function sendAndClose (stream: Stream, data: Uint8Array, signal: AbortSignal): Promise<void> {
  const chunkLength = 65_536

  for (let offset = 0; offset < data.byteLength; offset += chunkLength) {
    if (!stream.send(data.subarray(offset, offset + chunkLength))) {
      await stream.onDrain({ signal })
    }
  }

  await stream.close({ signal })
}
