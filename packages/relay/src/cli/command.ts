import { InvalidValueError } from '@libp2p-ws/core'
import { formatFlags, parseFlags } from './parse-flags.ts'
import type { RelayOptions } from '../options.ts'
import type { Flag } from './parse-flags.ts'

/** The flags of seed 002, and two that every command has. */
const FLAGS = {
  addr: { value: 'HOST', help: 'host to serve pages and WebSockets on, "" for all (default 127.0.0.1)' },
  browse: { value: 'PAGE', alias: 'browser', help: 'open a page, such as chat.html, or a URL in the desktop browser' },
  files: { value: 'DIR', repeatable: true, help: 'serve the files of a directory from /' },
  help: { alias: 'h', help: 'print this' },
  key: { value: 'KEY', help: "private key of the relay's own peer, base64 of the protobuf (default a fresh one)" },
  listen: { value: 'MULTIADDR', repeatable: true, help: 'peers listen here (default /ip4/…/tcp/0/ws of -addr)' },
  nopeers: { help: 'connect to no bootstrap peers, whatever -peer says' },
  peer: { value: 'MULTIADDR', repeatable: true, help: 'bootstrap peer to connect to, with /p2p' },
  port: { value: 'N', help: 'port for pages and WebSockets, 0 for a free one (default 8888)' },
  version: { alias: 'v', help: 'print the version' }
} satisfies Record<string, Flag>

export type Command =
  | { type: 'help' | 'version' }
  | { type: 'run', options: RelayOptions, browse: string | undefined }

/** @throws {InvalidValueError} for flags that are not there, or whose form is wrong */
export function parseCommand (args: string[]): Command {
  const flags = parseFlags(args, FLAGS)
  const { addr, key, files = [], listen = [], peer = [] } = flags

  if (isSet(flags.help)) {
    return { type: 'help' }
  }

  if (isSet(flags.version)) {
    return { type: 'version' }
  }

  return {
    type: 'run',
    browse: flags.browse?.[0],
    options: {
      files,
      listen,
      peers: isSet(flags.nopeers) ? [] : peer,
      ...(addr?.[0] === undefined ? {} : { addr: addr[0] }),
      ...(key?.[0] === undefined ? {} : { key: key[0] }),
      ...(flags.port?.[0] === undefined ? {} : { port: readPort(flags.port[0]) })
    }
  }
}

export function usage (): string {
  return `Usage: libp2p-ws-relay [flags]

Gives web pages a place on the libp2p network. Flags may have one dash or two.

${formatFlags(FLAGS)}`
}

/** `-nopeers=false` leaves an empty list. */
function isSet (value: string[] | undefined): boolean {
  return value !== undefined && value.length > 0
}

function readPort (text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65535) {
    throw new InvalidValueError('port', text, `port must be a whole number from 0 to 65535, not "${text}"`)
  }

  return Number(text)
}
