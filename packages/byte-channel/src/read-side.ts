import type { ByteChannelHandler } from '@libp2p-ws/core'

/**
 * The reading half that every channel has alike: holds back what came in while
 * the reader pauses, and the end behind it.
 */
export class ReadSide {
  #handler: ByteChannelHandler | undefined
  #pending: Uint8Array[] = []
  #pendingBytes = 0
  #paused = true
  #ended = false
  #endDelivered = false
  #closed: { error: Error | undefined, code: number | undefined } | undefined
  #closeDelivered = false
  #onClosed: ByteChannelHandler['onClose'] | undefined

  /** @param onClosed - hears of the close too, once, after the handler */
  constructor (onClosed?: ByteChannelHandler['onClose']) {
    this.#onClosed = onClosed
  }

  get paused (): boolean {
    return this.#paused
  }

  /** Bytes that wait for the reader. */
  get pendingBytes (): number {
    return this.#pendingBytes
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

    if (this.#closed !== undefined) {
      // one before may have heard of it
      this.#closeDelivered = false
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
      this.#pendingBytes += piece.byteLength
    }
  }

  /** Returns whether the memory of `piece` is the channel's again. */
  deliver (piece: Uint8Array): boolean {
    if (this.#closed !== undefined || this.#ended || piece.byteLength === 0) {
      return true
    }

    // in the middle of a resume there may be pieces that came before this one
    if (this.#paused || this.#pending.length > 0) {
      this.#pending.push(piece)
      this.#pendingBytes += piece.byteLength

      return false
    }

    return this.#handler?.onData(piece) === true
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
        this.#pendingBytes = 0
      }

      this.#deliverClose()
    }
  }

  #next (): Uint8Array | undefined {
    const piece = this.#paused || this.#closeDelivered ? undefined : this.#pending.shift()
    this.#pendingBytes -= piece?.byteLength ?? 0

    return piece
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
      const { error, code } = this.#closed
      const onClosed = this.#onClosed
      this.#onClosed = undefined
      this.#handler.onClose(error, code)
      onClosed?.(error, code)
    }
  }
}
