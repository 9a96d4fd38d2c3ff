import type { YamuxStream } from './stream.ts'

/** The streams of a muxer. Holds nothing before the first: most connections are idle. */
export class OpenStreams {
  #streams: Map<number, YamuxStream> | undefined
  #list: YamuxStream[] | undefined

  /** The same until a stream comes or goes. */
  get list (): YamuxStream[] {
    this.#list ??= [...this.#streams?.values() ?? []]

    return this.#list
  }

  get (streamId: number): YamuxStream | undefined {
    return this.#streams?.get(streamId)
  }

  add (stream: YamuxStream): void {
    this.#streams ??= new Map()
    this.#streams.set(stream.streamId, stream)
    this.#list = undefined
  }

  delete (streamId: number): void {
    this.#streams?.delete(streamId)
    this.#list = undefined
  }
}
