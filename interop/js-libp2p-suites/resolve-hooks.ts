/**
 * Loaded before mocha: says where the imports of a suite lead. A checkout has
 * nothing installed and nothing built, so packages come from the workspace, and
 * sources that a suite imports from beside it come from the package of that name.
 * `libp2p` comes from the implementation under test.
 */
import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { pathToFileURL } from 'node:url'

const { SUITES_CHECKOUT = '', SUITES_HOST = '', SUITES_WORKSPACE = '' } = process.env
const packages = `${pathToFileURL(SUITES_CHECKOUT).href}/packages/`
const workspace = pathToFileURL(`${SUITES_WORKSPACE}/any.js`).href
const modules = new URL('node_modules/', workspace).href
const here = new URL('.', import.meta.url).href

/** Names that packages have had, and a package that downloads a program. */
const REPLACED = new Map([
  ['@chainsafe/libp2p-noise', '@libp2p/noise'],
  ['@chainsafe/libp2p-yamux', '@libp2p/yamux'],
  ['go-libp2p', new URL('go-libp2p.ts', here).href]
])

/** Not on npm, or not for libp2p 3: taken from the checkout. */
const UNPUBLISHED = new Map([
  ['@libp2p/perf', `${packages}protocol-perf/src/`],
  ['@libp2p/simple-metrics', `${packages}metrics-simple/src/`]
])

/** What stands for the modules of `libp2p`: ours, or with an empty `SUITES_HOST` js-libp2p. */
const UNDER_TEST = new Map(SUITES_HOST === ''
  ? [['index', `${modules}libp2p/dist/src/index.js`], ['user-agent', `${modules}libp2p/dist/src/user-agent.js`]]
  : [
      ['index', new URL('host.ts', here).href],
      ['user-agent', pathToFileURL(`${SUITES_HOST}/user-agent.js`).href],
      ['websockets', new URL('../../packages/transport/dist/index.js', here).href]
    ])

registerHooks({
  resolve (specifier, context, next) {
    const parent = context.parentURL ?? ''
    const isOwn = parent.startsWith(here)
    const underTest = isOwn ? undefined : UNDER_TEST.get(moduleUnderTest(specifier, parent) ?? '')

    if (underTest != null) {
      return next(underTest, context)
    }

    const unpublished = UNPUBLISHED.get(specifier)

    if (unpublished != null) {
      return next(`${unpublished}index.ts`, context)
    }

    if (parent.startsWith(packages) && specifier.startsWith('.')) {
      return next(published(new URL(specifier, parent).href), context)
    }

    if ((parent.startsWith(packages) || isOwn) && /^[@a-z]/.test(specifier) && !/^(node|file):/.test(specifier)) {
      return next(REPLACED.get(specifier) ?? specifier, { ...context, parentURL: workspace })
    }

    return next(specifier, context)
  }
})

/** `index` or `user-agent` of `libp2p`, or `websockets`, when that is what is imported. */
function moduleUnderTest (specifier: string, parent: string): string | undefined {
  if (specifier === 'libp2p') {
    return 'index'
  }

  if (specifier === '../src/index.ts' && parent.startsWith(`${packages}transport-websockets/test/`)) {
    return 'websockets'
  }

  return /^libp2p\/(user-agent)$/.exec(specifier)?.[1] ??
    (parent.startsWith(`${packages}libp2p/test/`) ? /\/src\/(index|user-agent)\.ts$/.exec(specifier)?.[1] : undefined)
}

/** A source of the checkout as its package on npm has it. Suites and their fixtures stay. */
function published (source: string): string {
  const [, directory = '', file = ''] = /^([^/]+)\/src\/(.*)\.ts$/.exec(source.slice(packages.length)) ?? []

  if (file === '' || [...UNPUBLISHED.values()].some(directory => source.startsWith(directory))) {
    return source
  }

  const { name } = JSON.parse(readFileSync(new URL(`${packages}${directory}/package.json`), 'utf8'))

  return `${modules}${name}/dist/src/${file}.js`
}
