import { serializeServerMessage } from './server-codec.ts'
import type { ServerMessage } from './messages.ts'
import type { SessionOutput } from './session-io.ts'

export class OutputQueue {
  #outputs: SessionOutput[] = []

  push (output: SessionOutput): void {
    this.#outputs.push(output)
  }

  send (message: ServerMessage): void {
    this.push({ type: 'send', message: serializeServerMessage(message) })
  }

  poll (): SessionOutput | undefined {
    return this.#outputs.shift()
  }
}
