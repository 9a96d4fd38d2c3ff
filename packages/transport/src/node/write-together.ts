import type net from 'node:net'

let corked: net.Socket[] = []

/** What is written to `socket` until the end of this turn goes out in one system call. */
export function writeTogether (socket: net.Socket): void {
  if (socket.writableCorked > 0) {
    return
  }

  if (corked.length === 0) {
    queueMicrotask(uncorkAll)
  }

  socket.cork()
  corked.push(socket)
}

function uncorkAll (): void {
  const sockets = corked
  corked = []

  for (const socket of sockets) {
    socket.uncork()
  }
}
