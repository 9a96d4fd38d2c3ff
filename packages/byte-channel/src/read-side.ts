import type { ByteChannelHandler } from '@libp2p-ws/core'

/**
 * The reading half that every channel has alike: holds back what came in while
 * the reader pauses, and the end behind it.
 */
export class ReadSide {
  #handler: ByteChannelHandler | undefined
  #pending: Uint8Array[] = []
  #paused = true
  #ended = false
  #endDelivered = false
  #closed: { error: Error | undefined, code: number | undefined } | undefined
  #closeDelivered = false

  get paused (): boolean {
    return this.#paused
  }

  get closed (): boolean {
    return this.#closed !== undefined
  }

  get handler (): ByteChannelHandler {
    if (this.#handler === undefined) {
      throw new Error('the channel has no handler')
    }

    return this.#handler
  }

  set handler (handler: ByteChannelHandler) {
    this.#handler = handler

    if (this.#closed !== undefined && !this.#closeDelivered) {
      queueMicrotask(() => { this.#deliverClose() })
    }
  }

  pause (): void {
    this.#paused = true
  }

  /** Delivers what is pending; stops when the handler pauses again. */
  resume (): void {
    this.#paused = false

    for (let piece = this.#next(); piece !== undefined; piece = this.#next()) {
      this.handler.onData(piece)
    }

    this.#deliverEnd()
    this.#deliverClose()
  }

  unread (piece: Uint8Array): void {
    if (piece.byteLength > 0) {
      this.#pending.unshift(piece)
    }
  }

  deliver (piece: Uint8Array): void {
    if (this.#closed !== undefined || this.#ended || piece.byteLength === 0) {
      return
    }

    // in the middle of a resume there may be pieces that came before this one
    if (this.#paused || this.#pending.length > 0) {
      this.#pending.push(piece)
    } else {
      this.#handler?.onData(piece)
    }
  }

  drain (): void {
    this.#closed === undefined && this.#handler?.onDrain()
  }

  end (): void {
    this.#ended = true
    this.#deliverEnd()
  }

  /** With an error drops what is pending. Only the first call counts. */
  close (error?: Error, code?: number): void {
    if (this.#closed === undefined) {
      this.#closed = { error, code }

      if (error !== undefined) {
        this.#pending = []
      }

      this.#deliverClose()
    }
  }

  #next (): Uint8Array | undefined {
    return this.#paused || this.#closeDelivered ? undefined : this.#pending.shift()
  }

  #deliverEnd (): void {
    if (this.#ended && !this.#endDelivered && !this.#paused && this.#pending.length === 0 && !this.#closeDelivered) {
      this.#endDelivered = true
      this.#handler?.onEnd()
    }
  }

  #deliverClose (): void {
    if (this.#closed !== undefined && this.#pending.length === 0 && !this.#closeDelivered && this.#handler !== undefined) {
      this.#closeDelivered = true
      this.#handler.onClose(this.#closed.error, this.#closed.code)
    }
  }
}
