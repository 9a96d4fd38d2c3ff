import { Session } from 'node:inspector/promises'
import { writeFile } from 'node:fs/promises'
import { multiaddr } from '@multiformats/multiaddr'
import { echo } from './commands/echo.ts'
import { serveProtocols } from './commands/serve.ts'
import { timed } from './commands/timed.ts'
import { transfer } from './commands/transfer.ts'
import type { Answer, Command, ConnectCommand, DialCommand, ListenCommand, Security } from './contract.ts'
import type { CreateHost } from './stacks/create-host.ts'
import type { Connection, Libp2p } from '@libp2p/interface'

/** The hosts and connections of one end, from one command to the next. */
export class PeerProcess {
  private readonly createHost: CreateHost
  private connected?: { host: Libp2p, connection: Connection }

  /** For dials, one for each security protocol. */
  private readonly dialers = new Map<Security, Libp2p>()
  private profiler?: Session

  constructor (createHost: CreateHost) {
    this.createHost = createHost
  }

  /** @throws {Error} whatever the command fails with */
  async run (command: Command): Promise<Answer> {
    switch (command.command) {
      case 'listen':
        return this.listen(command)
      case 'connect':
        return this.connect(command)
      case 'transfer':
        return { ms: await transfer(this.connection, command) }
      case 'echo':
        return { ms: await echo(this.connection, command) }
      case 'dial':
        return { ms: await this.dial(command) }
      case 'collect-garbage':
        return this.collectGarbage()
      case 'start-profile':
        return this.startProfile()
      case 'stop-profile':
        return this.stopProfile(command.file)
      default:
        throw new Error(`this peer has no command "${command.command}"`)
    }
  }

  private get connection (): Connection {
    if (this.connected == null) {
      throw new Error('not connected')
    }

    return this.connected.connection
  }

  private async listen ({ security, listen, hosts }: ListenCommand): Promise<Answer> {
    const addresses: string[] = []

    for (let n = 0; n < hosts; n++) {
      const host = await this.createHost({ security, listen: [listen] })
      await serveProtocols(host)
      const [address] = host.getMultiaddrs()

      if (address == null) {
        throw new Error(`listens on nothing of ${listen}`)
      }

      addresses.push(address.toString())
    }

    return { addresses }
  }

  private async connect ({ security, address }: ConnectCommand): Promise<Answer> {
    await this.connected?.host.stop()
    const host = await this.createHost({ security, listen: [] })
    this.connected = { host, connection: await host.dial(multiaddr(address)) }

    return {}
  }

  private async dial ({ security, addresses, count, concurrency }: DialCommand): Promise<number> {
    if (addresses.length < concurrency) {
      throw new RangeError(`${addresses.length} addresses for ${concurrency} dials at once`)
    }

    const dialer = this.dialers.get(security) ?? await this.createHost({ security, listen: [] })
    this.dialers.set(security, dialer)
    const targets = addresses.map(address => multiaddr(address))

    return timed(count, concurrency, async worker => {
      const connection = await dialer.dial(targets[worker] ?? [])
      await connection.close()
    })
  }

  private async collectGarbage (): Promise<Answer> {
    if (globalThis.gc == null) {
      throw new Error('node was started without --expose-gc')
    }

    // What a finalizer of the first round lets go of, the next one collects.
    for (let round = 0; round < 3; round++) {
      await globalThis.gc({ execution: 'async', type: 'major', flavor: 'last-resort' })
    }

    return {}
  }

  private async startProfile (): Promise<Answer> {
    this.profiler = new Session()
    this.profiler.connect()
    await this.profiler.post('Profiler.enable')
    await this.profiler.post('Profiler.setSamplingInterval', { interval: 200 })
    await this.profiler.post('Profiler.start')

    return {}
  }

  private async stopProfile (file: string): Promise<Answer> {
    const stopped = await this.profiler?.post('Profiler.stop')
    this.profiler?.disconnect()
    await writeFile(file, JSON.stringify(stopped?.profile))

    return {}
  }
}
