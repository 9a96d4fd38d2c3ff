import { ReadSide } from '@libp2p-ws/byte-channel'
import { localMultiaddr } from './addresses.ts'
import type { ChannelSettings } from './channel-settings.ts'
import type { KeepAliveTarget } from './keep-alive.ts'
import type { WebSocketChannel } from '../channel.ts'
import type { ByteChannelHandler } from '@libp2p-ws/core'
import type { Multiaddr } from '@multiformats/multiaddr'
import type net from 'node:net'

/** What is alike in a WebSocket on a socket of Node, whoever frames it. */
export abstract class SocketChannel implements WebSocketChannel, KeepAliveTarget {
  abstract readonly takesOwnership: boolean
  closeReason = ''
  onClosed: ByteChannelHandler['onClose'] | undefined

  protected readonly socket: net.Socket
  protected readonly settings: ChannelSettings
  protected readonly read: ReadSide = new ReadSide((error, code) => { this.onClosed?.(error, code) })

  constructor (socket: net.Socket, settings: ChannelSettings) {
    this.socket = socket
    this.settings = settings
  }

  get localAddr (): Multiaddr | undefined {
    return localMultiaddr(this.socket)
  }

  get handler (): ByteChannelHandler {
    return this.read.handler
  }

  set handler (handler: ByteChannelHandler) {
    this.read.handler = handler
  }

  get paused (): boolean {
    return this.read.paused
  }

  get bytesReceived (): number {
    return this.socket.bytesRead
  }

  unread (piece: Uint8Array): void {
    this.read.unread(piece)
  }

  abstract write (pieces: readonly Uint8Array[]): boolean
  abstract pause (): void
  abstract resume (): void
  abstract close (onSent?: () => void): void
  abstract abort (error: Error, code?: number): void
  abstract ping (): void
  abstract onDead (timeout: number): void
}
