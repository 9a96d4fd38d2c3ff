import { Child } from '@libp2p-ws/interop/child-process'
import { cpuSeconds, residentBytes } from './proc.ts'
import type { Answer, Command } from '../peers/contract.ts'

/** One end, as a process of its own. */
export class Peer {
  private readonly child: Child

  constructor (command: string, args: string[]) {
    this.child = new Child(command, args)
  }

  /**
   * Has the peer do something.
   *
   * @throws {Error} when that fails or takes longer than `timeout` ms
   */
  async run (command: Command, timeout: number): Promise<Answer> {
    this.child.writeLine(JSON.stringify(command))
    const answer: Answer = JSON.parse(await this.child.readLine(timeout))

    if (answer.error != null) {
      throw new Error(`${command.command}: ${answer.error}`)
    }

    return answer
  }

  get cpuSeconds (): number {
    return cpuSeconds(this.child.pid)
  }

  get residentBytes (): number {
    return residentBytes(this.child.pid)
  }

  async stop (): Promise<void> {
    await this.child.stop()
  }
}
