import type { RelayStream } from '../src/client/index.ts'

export interface Line {
  kind: 'mine' | 'theirs' | 'note'
  text: string
  time: Date
}

/** What was said with one peer, over one stream after the other. */
export class Conversation {
  readonly peerId: string
  readonly lines: Line[] = []
  readonly #onChange: (conversation: Conversation) => void
  #stream: RelayStream | undefined

  constructor (peerId: string, onChange: (conversation: Conversation) => void) {
    this.peerId = peerId
    this.#onChange = onChange
  }

  get isOpen (): boolean {
    return this.#stream !== undefined
  }

  /** Reads a stream until it ends. The newest stream is the one that is written to. */
  async run (stream: RelayStream, note: string): Promise<void> {
    this.#stream = stream
    this.#add('note', note)

    try {
      for await (const data of stream) {
        this.#add('theirs', new TextDecoder().decode(data))
      }

      this.#ended(stream, 'They left.')
    } catch (err) {
      this.#ended(stream, `The connection is gone: ${(err as Error).message}`)
    }
  }

  async send (text: string): Promise<void> {
    await this.#stream?.send(new TextEncoder().encode(text))
    this.#add('mine', text)
  }

  leave (): void {
    const stream = this.#stream

    if (stream !== undefined) {
      stream.close()
      this.#ended(stream, 'You left.')
    }
  }

  #ended (stream: RelayStream, note: string): void {
    if (this.#stream === stream) {
      this.#stream = undefined
      this.#add('note', note)
    }
  }

  #add (kind: Line['kind'], text: string): void {
    this.lines.push({ kind, text, time: new Date() })
    this.#onChange(this)
  }
}
