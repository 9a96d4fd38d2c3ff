#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { enable } from '@libp2p/logger'
import { InvalidValueError } from '@libp2p-ws/core'
import { parseCommand, usage } from './cli/command.ts'
import { openBrowser, pageUrl } from './cli/open-browser.ts'
import { ListenError } from './errors.ts'
import { createRelay } from './relay.ts'
import type { Command } from './cli/command.ts'
import type { Relay } from './relay.ts'

/** Exit codes: what was asked for is wrong, or it cannot be done. */
const USAGE = 2
const FAILURE = 1

await main(process.argv.slice(2))

async function main (args: string[]): Promise<void> {
  try {
    await run(parseCommand(args))
  } catch (err) {
    const isUsage = err instanceof InvalidValueError
    const hint = isUsage ? '\nRun with -help for the flags.' : ''
    const advice = err instanceof ListenError ? `: choose another with -${err.option}, where port 0 is a free one` : ''

    complain(`${(err as Error).message}${advice}${hint}`)
    process.exitCode = isUsage ? USAGE : FAILURE
  }
}

async function run (command: Command): Promise<void> {
  switch (command.type) {
    case 'help':
      process.stdout.write(usage())
      break
    case 'version':
      print(version())
      break
    default:
      await serve(command)
  }
}

async function serve ({ options, browse }: Extract<Command, { type: 'run' }>): Promise<void> {
  // What a relay logs of itself is for whoever runs it; DEBUG asks for more or less.
  if (process.env.DEBUG === undefined) {
    enable('libp2p-ws:relay,libp2p-ws:relay:error')
  }

  const relay = await createRelay(options)
  closeOnSignal(relay)

  print(`chat page: ${relay.url}/chat.html`)
  print(`websocket: ${relay.url.replace('http', 'ws')}/libp2p`)

  for (const address of relay.multiaddrs) {
    print(`peer: ${address}`)
  }

  if (browse !== undefined) {
    const url = pageUrl(relay.url, browse)
    await openBrowser(url).catch(err => { complain(`cannot open ${url}: ${(err as Error).message}`) })
  }
}

/** A second signal does not wait. */
function closeOnSignal (relay: Relay): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      process.once(signal, () => { process.exit(FAILURE) })
      relay.close().then(() => { process.exit() }, err => {
        complain(`${(err as Error).message}`)
        process.exit(FAILURE)
      })
    })
  }
}

function print (line: string): void {
  process.stdout.write(`${line}\n`)
}

function complain (line: string): void {
  process.stderr.write(`libp2p-ws-relay: ${line}\n`)
}

function version (): string {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }

  return version
}
