/**
 * Loaded before mocha: says where the imports of a suite lead. Packages come
 * from the workspace, since a checkout has none installed; `libp2p`, and the
 * sources of it that a suite imports, come from the implementation under test.
 */
import { registerHooks } from 'node:module'
import { pathToFileURL } from 'node:url'

const { SUITES_CHECKOUT = '', SUITES_HOST = '', SUITES_WORKSPACE = '' } = process.env
const checkout = pathToFileURL(SUITES_CHECKOUT).href
const workspace = pathToFileURL(`${SUITES_WORKSPACE}/any.js`).href
const here = new URL('.', import.meta.url).href

/** Names that packages have had. */
const RENAMED = new Map([
  ['@chainsafe/libp2p-noise', '@libp2p/noise'],
  ['@chainsafe/libp2p-yamux', '@libp2p/yamux']
])

/** What stands for libp2p, by how it is imported. Empty `SUITES_HOST`: js-libp2p. */
const ENTRIES: Array<{ stock: string, ours: string, matches(specifier: string): boolean }> = [
  { stock: 'libp2p', ours: 'index.js', matches: specifier => specifier === 'libp2p' || specifier.endsWith('/src/index.ts') },
  { stock: 'libp2p/user-agent', ours: 'user-agent.js', matches: specifier => specifier === 'libp2p/user-agent' || specifier.endsWith('/src/user-agent.ts') }
]

registerHooks({
  resolve (specifier, context, next) {
    const parent = context.parentURL ?? ''
    const entry = ENTRIES.find(({ matches }) => matches(specifier))

    // the relays are the same for everybody
    if (entry != null && !parent.startsWith(here)) {
      return SUITES_HOST === ''
        ? next(entry.stock, { ...context, parentURL: workspace })
        : next(pathToFileURL(`${SUITES_HOST}/${entry.ours}`).href, context)
    }

    if (/^[@a-z]/.test(specifier) && !specifier.startsWith('node:') && !specifier.startsWith('file:') && (parent.startsWith(checkout) || parent.startsWith(here))) {
      return next(RENAMED.get(specifier) ?? specifier, { ...context, parentURL: workspace })
    }

    return next(specifier, context)
  }
})
