import { execFileSync } from 'node:child_process'

export const LISTENER_ADDRESS = '10.99.0.1'
const DIALER_ADDRESS = '10.99.0.2'
const WIRE = 'wire0'

/**
 * Classic BPF, as `tc` takes it: count, then `code jump-true jump-false value` each.
 * A random word below the threshold drops the packet (2, TC_ACT_SHOT), any other
 * lets it through (0). It needs no scheduler such as netem, which kernels for
 * small machines leave out.
 */
function dropping (share: number): string {
  const random = 0x1_0000_0000 - 0x1000 + 56 // SKF_AD_OFF + SKF_AD_RANDOM
  const threshold = Math.round(share * 0xffff_ffff)

  return `4,32 0 0 ${random},37 1 0 ${threshold},6 0 0 2,6 0 0 0`
}

/** Two network namespaces joined by a wire that loses packets in both directions. */
export class LossyLink {
  readonly listener: string = `soak-listener-${process.pid}`
  readonly dialer: string = `soak-dialer-${process.pid}`
  readonly #loss: number

  /** @param loss - share of the packets, 0 to 1 */
  constructor (loss: number) {
    this.#loss = loss
  }

  /** What the machine lacks for it; undefined: nothing. */
  static lacks (): string | undefined {
    const probe = new LossyLink(0.01)

    try {
      probe.open()
    } catch {
      return 'network namespaces with packet filters'
    } finally {
      probe.close()
    }
  }

  /** @throws {Error} when not root, or the kernel has no network namespaces or no packet filters */
  open (): void {
    run('ip', 'netns', 'add', this.listener)
    run('ip', 'netns', 'add', this.dialer)
    run('ip', 'link', 'add', WIRE, 'netns', this.listener, 'type', 'veth', 'peer', 'name', WIRE, 'netns', this.dialer)
    configure(this.listener, LISTENER_ADDRESS)
    configure(this.dialer, DIALER_ADDRESS)
    this.heal()
  }

  /** Nothing gets through. */
  cut (): void {
    this.#filter(1)
  }

  /** Only the usual share is lost. */
  heal (): void {
    this.#filter(this.#loss)
  }

  /** The processes in it must have ended. */
  close (): void {
    for (const name of [this.listener, this.dialer]) {
      try {
        run('ip', 'netns', 'del', name)
      } catch {
        // it was not made
      }
    }
  }

  #filter (share: number): void {
    for (const name of [this.listener, this.dialer]) {
      run('tc', '-n', name, 'filter', 'replace', 'dev', WIRE, 'ingress', 'prio', '1', 'handle', '1', 'bpf', 'da', 'bytecode', dropping(share))
    }
  }
}

function configure (netns: string, address: string): void {
  run('ip', '-n', netns, 'addr', 'add', `${address}/24`, 'dev', WIRE)
  run('ip', '-n', netns, 'link', 'set', WIRE, 'up')
  run('ip', '-n', netns, 'link', 'set', 'lo', 'up')
  run('tc', '-n', netns, 'qdisc', 'add', 'dev', WIRE, 'clsact')
}

function run (command: string, ...args: string[]): void {
  execFileSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'] })
}
