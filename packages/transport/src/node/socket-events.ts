import type net from 'node:net'

/** Hears what happens on a socket. */
export interface SocketObserver {
  onSocketData(chunk: Buffer): void

  /** The far end sends no more. */
  onSocketEnd(): void

  /** What was written has gone out, after the socket was full. */
  onSocketDrain(): void

  /** `onSocketClose` follows. */
  onSocketError(error: Error): void
  onSocketClose(): void
}

const OBSERVER = Symbol('observer')

interface ObservedSocket extends net.Socket {
  [OBSERVER]: SocketObserver
}

/** Without listeners of its own for each socket: many are open and idle. */
export function observe (socket: net.Socket, observer: SocketObserver): void {
  (socket as ObservedSocket)[OBSERVER] = observer
  socket.on('error', onError)
  socket.on('end', onEnd)
  socket.on('close', onClose)
  socket.on('drain', onDrain)
}

/** Lets data flow to the observer, now and after `pause` of the socket. */
export function startReading (socket: net.Socket): void {
  if (socket.listenerCount('data') === 0) {
    socket.on('data', onData)
  }

  socket.resume()
}

function onData (this: net.Socket, chunk: Buffer): void {
  (this as ObservedSocket)[OBSERVER].onSocketData(chunk)
}

function onEnd (this: net.Socket): void {
  (this as ObservedSocket)[OBSERVER].onSocketEnd()
}

function onDrain (this: net.Socket): void {
  (this as ObservedSocket)[OBSERVER].onSocketDrain()
}

function onError (this: net.Socket, error: Error): void {
  (this as ObservedSocket)[OBSERVER].onSocketError(error)
}

function onClose (this: net.Socket): void {
  (this as ObservedSocket)[OBSERVER].onSocketClose()
}
