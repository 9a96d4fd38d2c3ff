import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { AddressInfo } from 'node:net'

interface Content {
  type: string
  body: string | Uint8Array
}

export interface PageServer {
  /** Where the page is, such as `http://127.0.0.1:8080/`. */
  url: string
  close(): Promise<void>
}

/**
 * Bundles the page and serves it on loopback.
 *
 * @param port - default 0, a free one
 * @throws {Error} EADDRINUSE, or where esbuild cannot bundle
 */
export async function servePage (port: number = 0): Promise<PageServer> {
  const contents = await readContents()
  const server = createServer((request, response) => {
    const content = contents.get(request.url ?? '')

    response.writeHead(content === undefined ? 404 : 200, { 'content-type': content?.type ?? 'text/plain' })
    response.end(content?.body ?? 'not found')
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    }
  }
}

async function readContents (): Promise<Map<string, Content>> {
  return new Map([
    ['/', { type: 'text/html; charset=utf-8', body: await readFile(page('index.html')) }],
    ['/page.css', { type: 'text/css; charset=utf-8', body: await readFile(page('page.css')) }],
    ['/main.js', { type: 'text/javascript; charset=utf-8', body: await bundle() }]
  ])
}

async function bundle (): Promise<Uint8Array> {
  const { outputFiles: [script] } = await build({
    entryPoints: [page('main.ts')],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    logLevel: 'warning'
  })

  return script?.contents ?? new Uint8Array()
}

function page (name: string): string {
  return fileURLToPath(new URL(`../page/${name}`, import.meta.url))
}
