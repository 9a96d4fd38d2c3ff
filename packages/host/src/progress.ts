/** A progress event as js-libp2p's `onProgress` callbacks get them. */
export function progress (type: string, detail?: unknown): any {
  return new CustomEvent(type, { detail })
}
