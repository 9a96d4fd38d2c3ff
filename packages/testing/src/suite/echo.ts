import type { MessageStream } from '@libp2p/interface'

/** Sends back whatever comes, no faster than it can be taken; ends its side when the far end has ended its own. */
export function echo (stream: MessageStream): void {
  let draining = false
  let ended = false

  const closeWhenDone = (): void => {
    if (ended && !draining && stream.readBufferLength === 0) {
      stream.close().catch((error: Error) => { stream.abort(error) })
    }
  }

  stream.addEventListener('message', ({ data }) => {
    if (stream.status !== 'open' || stream.send(data)) {
      return
    }

    draining = true
    stream.pause()
    stream.onDrain()
      .then(() => { stream.resume() })
      .catch(() => { /* the stream has ended: there is nothing to resume */ })
      .finally(() => {
        draining = false
        closeWhenDone()
      })
  })
  stream.addEventListener('remoteCloseWrite', () => {
    ended = true
    closeWhenDone()
  })
}
