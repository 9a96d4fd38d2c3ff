/**
 * The part of `WebSocketStream` that is used here
 * (https://developer.mozilla.org/docs/Web/API/WebSocketStream): a WebSocket whose
 * reader is waited for. Chromium has it since version 124.
 */
export interface WebSocketStream {
  readonly opened: Promise<{ readable: ReadableStream<ArrayBuffer | Uint8Array | string>, writable: WritableStream<Uint8Array> }>

  /** Rejects, with a `closeCode`, when no close frames were exchanged. */
  readonly closed: Promise<{ closeCode?: number, reason?: string }>
  close(info: { closeCode: number, reason?: string }): void
}

export interface WebSocketStreamConstructor {
  new (url: string, options: { signal: AbortSignal }): WebSocketStream
}

/** Undefined where the runtime has none. */
export function webSocketStreamConstructor (): WebSocketStreamConstructor | undefined {
  return (globalThis as { WebSocketStream?: WebSocketStreamConstructor }).WebSocketStream
}
