import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { expect } from 'aegir/chai'
import { build } from 'esbuild'

/** 5 KiB: what a page is asked to load. */
const MAX_SIZE = 5120

describe('the client, minified and compressed', () => {
  it('stays below 5 KiB', async () => {
    const { outputFiles } = await build({
      entryPoints: [fileURLToPath(new URL('../src/client/index.ts', import.meta.url))],
      bundle: true,
      minify: true,
      format: 'esm',
      target: 'es2022',
      write: false
    })
    const size = gzipSync(outputFiles[0]?.contents ?? '', { level: 9 }).length

    process.stdout.write(`    relay client: ${size} bytes (minified, gzip), at most ${MAX_SIZE}\n`)
    expect(size).to.be.greaterThan(0).and.at.most(MAX_SIZE)
  })
})
