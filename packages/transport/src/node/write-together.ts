import type net from 'node:net'

/** So much need not wait for more: the far end can begin with it. */
const FLUSH_BYTES = 64 * 1024

let corked: net.Socket[] = []

/** Writes what is short at the end of this turn, together with what else is written to `socket`. */
export function writeTogether (socket: net.Socket, write: () => void): void {
  if (socket.writableCorked === 0) {
    socket.cork()
    uncorkSoon(socket)
  }

  write()

  if (socket.writableLength >= FLUSH_BYTES) {
    socket.uncork()
  }
}

function uncorkSoon (socket: net.Socket): void {
  if (corked.length === 0) {
    queueMicrotask(uncorkAll)
  }

  corked.push(socket)
}

function uncorkAll (): void {
  const sockets = corked
  corked = []

  for (const socket of sockets) {
    socket.uncork()
  }
}
