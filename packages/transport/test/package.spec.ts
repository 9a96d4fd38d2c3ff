import { readFile } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'
import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import { build } from 'esbuild'
import { TestUpgrader } from './fixtures/components.ts'
import { collect } from './fixtures/streams.ts'
import { transport } from './fixtures/transport.ts'
import type { Metafile } from 'esbuild'

/** Bundles what somebody gets who imports the package. */
async function bundle (conditions: string[] = []): Promise<{ metafile: Metafile, bytes: Uint8Array }> {
  const { metafile, outputFiles } = await build({
    stdin: { contents: 'export * from "@libp2p-ws/transport"', resolveDir: new URL('.', import.meta.url).pathname },
    bundle: true,
    write: false,
    minify: true,
    metafile: true,
    format: 'esm',
    platform: conditions.length === 0 ? 'browser' : 'neutral',
    mainFields: ['browser', 'module', 'main'],
    conditions,
    external: conditions.length === 0 ? [] : ['node:*'],
    logLevel: 'error'
  })

  return { metafile, bytes: outputFiles[0]?.contents ?? expect.fail() }
}

describe('the package', () => {
  it('has no Node code in a browser bundle', async () => {
    const { metafile, bytes } = await bundle()
    const inputs = Object.keys(metafile.inputs)
    expect(inputs.filter(input => /\/ws\/|bufferutil|\/socks\/|proxy-from-env|dist\/node\//.test(input))).to.deep.equal([])
    expect(inputs.some(input => input.endsWith('dist/browser/open.js'))).to.equal(true)
    process.stdout.write(`      ${gzipSync(bytes).byteLength} bytes, minified and gzipped, with all it depends on\n`)
  })

  it('has none in a React Native bundle', async () => {
    const { metafile } = await bundle(['react-native', 'browser', 'import'])
    expect(Object.keys(metafile.inputs).filter(input => /\/ws\/|dist\/node\//.test(input))).to.deep.equal([])
  })

  it('lists every file that its exports name', async () => {
    const { exports } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'))
    const paths: string[] = Object.values(exports).flatMap(conditions => Object.values(conditions as Record<string, string>))
    await Promise.all(paths.map(async path => readFile(new URL(`../${path}`, import.meta.url))))
  })
})

describe('a runtime whose WebSocket has no bufferedAmount', () => {
  const { WebSocket } = globalThis

  afterEach(() => {
    globalThis.WebSocket = WebSocket
  })

  it('is served, without being made to wait', async () => {
    // React Native's WebSocket, as far as this goes.
    globalThis.WebSocket = class extends WebSocket {
      override get bufferedAmount (): any {
        return undefined
      }
    }
    const { webSockets } = await import('../src/index.browser.ts')
    const { components } = await import('./fixtures/components.ts')
    const upgrader = new TestUpgrader()
    const listener = transport().createListener({ upgrader })
    await listener.listen(multiaddr('/ip4/127.0.0.1/tcp/0/ws'))
    const near: any = await webSockets()(components()).dial(listener.getAddrs()[0] ?? expect.fail(), { upgrader, signal: AbortSignal.timeout(5_000) })
    const far = await upgrader.nextInbound()
    const bytes = new Uint8Array(8 * 1024 * 1024).fill(5)
    const received = collect(far, bytes.byteLength)
    expect(near.send(bytes)).to.equal(true)
    expect(await received).to.equalBytes(bytes)
    await near.close()
    await listener.close()
  })
})
