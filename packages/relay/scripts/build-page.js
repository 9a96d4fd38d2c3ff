/**
 * Puts the pages that come with the relay into dist/page: the client as one
 * file, which users' own pages load too, and the chat on top of it.
 */
import { cp, mkdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
const options = { bundle: true, minify: true, format: 'esm', target: 'es2022', sourcemap: true, logLevel: 'warning' }

/** Pages load the client from the relay, not a copy of it inside the chat. */
const clientIsServed = {
  name: 'client-is-served',
  setup (bundler) {
    bundler.onResolve({ filter: /\/src\/client\/index\.ts$/ }, () => ({ path: './client.js', external: true }))
  }
}

await mkdir(`${root}dist/page`, { recursive: true })
await Promise.all([
  ...['chat.html', 'chat.css', 'icon.svg'].map(async name => cp(`${root}page/${name}`, `${root}dist/page/${name}`)),
  build({ ...options, entryPoints: [`${root}src/client/index.ts`], outfile: `${root}dist/page/client.js` }),
  build({ ...options, entryPoints: [`${root}page/chat.ts`], outfile: `${root}dist/page/chat.js`, plugins: [clientIsServed] })
])
