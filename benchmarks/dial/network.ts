import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Two network namespaces joined by a wire: the dialers live in one, what they
 * dial in the other. The addresses look public, so that nobody ranks them as
 * local ones.
 */
export const ADDRESS = {
  dialer: '5.6.6.1',
  listener: '5.6.6.2',
  dialer6: '2606:4700:6::1',
  listener6: '2606:4700:6::2'
} as const

/** A link beside the wire that delays every packet. */
export interface DelayedLink {
  device: string

  /** One way, as Go writes durations. */
  delay: string
  dialer: string
  listener: string
}

/** Round trips of 100 ms and of 1.2 s, of which the link itself takes 1.2 ms: a TCP connect over it was measured. */
export const FAR: DelayedLink = { device: 'far0', delay: '49.4ms', dialer: '5.7.7.1', listener: '5.7.7.2' }
export const VERY_FAR: DelayedLink = { device: 'far1', delay: '599.4ms', dialer: '5.8.8.1', listener: '5.8.8.2' }

/** Packets to these are dropped on the way, without a word to the sender. */
const DEAD = '5.9.0.0/16'
const DEAD6 = '2606:4700:9::/48'

const WIRE = 'wire0'

/** The `n`th address that drops packets, from 0. */
export function deadAddress (n: number): string {
  return `5.9.${n >> 8}.${n & 0xff}`
}

export function deadAddress6 (n: number): string {
  return `2606:4700:9::${(n + 1).toString(16)}`
}

export class TestNetwork {
  readonly dialers: string = `ws-dialers-${process.pid}`
  readonly listeners: string = `ws-listeners-${process.pid}`
  private readonly directory: string = mkdtempSync(join(tmpdir(), 'dial-benchmark-'))

  /** @throws {Error} when not root, or the kernel has no network namespaces */
  open (): void {
    ip('netns', 'add', this.dialers)
    ip('netns', 'add', this.listeners)
    ip('link', 'add', WIRE, 'netns', this.dialers, 'type', 'veth', 'peer', 'name', WIRE, 'netns', this.listeners)
    this.configure(this.dialers, WIRE, `${ADDRESS.dialer}/24`, `${ADDRESS.dialer6}/64`)
    this.configure(this.listeners, WIRE, `${ADDRESS.listener}/24`, `${ADDRESS.listener6}/64`)

    ip('-n', this.dialers, 'route', 'add', DEAD, 'via', ADDRESS.listener)
    ip('-n', this.dialers, '-6', 'route', 'add', DEAD6, 'via', ADDRESS.listener6)
    ip('-n', this.listeners, 'route', 'add', 'blackhole', DEAD)
    ip('-n', this.listeners, '-6', 'route', 'add', 'blackhole', DEAD6)
    execFileSync('ip', ['netns', 'exec', this.listeners, 'sh', '-c',
      'echo 1 > /proc/sys/net/ipv4/ip_forward; echo 1 > /proc/sys/net/ipv6/conf/all/forwarding'])

    writeFileSync(this.resolvConf, `nameserver ${ADDRESS.listener}\n`)
  }

  /** Arguments of the delay-link program, which makes the devices that `useDelayedLink` configures. */
  delayLinkArgs ({ device, delay }: DelayedLink): string[] {
    return [this.dialers, this.listeners, device, delay]
  }

  useDelayedLink ({ device, dialer, listener }: DelayedLink): void {
    this.configure(this.dialers, device, `${dialer}/30`)
    this.configure(this.listeners, device, `${listener}/30`)
  }

  /** A command line that runs the given one among the listeners. */
  amongListeners (command: string, args: string[]): [string, string[]] {
    return ['ip', ['netns', 'exec', this.listeners, command, ...args]]
  }

  /** A command line that runs the given one among the dialers, with the listeners' machine as its name server. */
  amongDialers (command: string, args: string[]): [string, string[]] {
    // `ip netns exec` gives a mount namespace of its own: nobody else sees this mount.
    const script = 'mount --bind "$0" /etc/resolv.conf && exec "$@"'
    return ['ip', ['netns', 'exec', this.dialers, 'sh', '-c', script, this.resolvConf, command, ...args]]
  }

  /** Removes all of it. The processes in it must have ended. */
  close (): void {
    for (const name of [this.dialers, this.listeners]) {
      try {
        ip('netns', 'del', name)
      } catch {
        // it was not made
      }
    }

    rmSync(this.directory, { recursive: true, force: true })
  }

  private get resolvConf (): string {
    return join(this.directory, 'resolv.conf')
  }

  private configure (netns: string, device: string, ...addresses: string[]): void {
    for (const address of addresses) {
      // An IPv6 address is of no use until duplicate detection has ended.
      ip('-n', netns, 'addr', 'add', address, 'dev', device, ...(address.includes(':') ? ['nodad'] : []))
    }

    ip('-n', netns, 'link', 'set', device, 'up')
    ip('-n', netns, 'link', 'set', 'lo', 'up')
  }
}

function ip (...args: string[]): void {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] })
}
