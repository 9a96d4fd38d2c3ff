/**
 * Bundles a page with esbuild and with Vite, on js-libp2p and on `@libp2p-ws/host`,
 * says how big it is, and lets it dial a Go peer over ws in Chromium.
 *
 *   node interop/browser-bundles/run.ts
 *
 * Writes results.md. Fails where a page on ours is bigger over the wire than one
 * on js-libp2p with the same parts.
 */
import { writeFile } from 'node:fs/promises'
import { preparePeer } from '../src/peers.ts'
import { PageRunner } from './browser.ts'
import { ENTRIES, withEsbuild, withVite } from './bundlers.ts'
import { startGoListener } from './go-listener.ts'
import { gzipSize } from './size.ts'
import type { EntryName } from './bundlers.ts'

const runner = await PageRunner.start()
const go = await startGoListener(await preparePeer('go'))
const tooBig: string[] = []
const lines = ['| page | bundler | minified, bytes | gzip, bytes | dials go-libp2p |', '|---|---|---|---|---|']
process.stdout.write(`${lines.join('\n')}\n`)

try {
  for (const bundler of [withEsbuild, await withVite()]) {
    const sizes: Partial<Record<EntryName, number>> = {}

    for (const [entry, parts] of Object.entries(ENTRIES)) {
      const script = await bundler.bundle(entry as EntryName)
      const gzip = sizes[entry as EntryName] = gzipSize(script)
      const line = `| ${parts} | ${bundler.name} | ${Buffer.byteLength(script)} | ${gzip} | ${await dial(script)} |`
      lines.push(line)
      process.stdout.write(`${line}\n`)
    }

    if ((sizes['libp2p-ws'] ?? Infinity) > (sizes['js-libp2p'] ?? 0)) {
      tooBig.push(bundler.name)
    }
  }
} finally {
  await runner?.stop()
  await go.stop()
}

await writeFile(new URL('results.md', import.meta.url), [
  '# Pages',
  '',
  'Written by `node interop/browser-bundles/run.ts`. Each page has ws, noise, yamux,',
  'identify and ping. The last column is what identify said of the Go peer that the',
  'page dialed over ws in Chromium.',
  '',
  ...lines,
  ''
].join('\n'))

if (tooBig.length > 0) {
  throw new Error(`bigger than js-libp2p's page, bundled by ${tooBig.join(' and by ')}`)
}

async function dial (script: string): Promise<string> {
  if (runner == null) {
    return 'no chromium'
  }

  const { agent, remotePeer } = await runner.dial(script, go.address)

  return remotePeer === go.peerId ? `yes: ${agent}` : `reached ${remotePeer}`
}
