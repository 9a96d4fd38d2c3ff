import type { Finding, Rule } from '../repository.ts'

/** What is part of the language and still not for a machine: time and chance. */
const IMPURE = /\b(?:Date\.now|new Date|Math\.random)\b/

/** Packages that do no I/O: error classes and addresses as values. */
const PURE_PACKAGES = ['@libp2p-ws/core', '@multiformats/multiaddr']

/** Imports of values; a type brings no behaviour with it. */
const VALUE_IMPORT = /^(?:import|export)\s+(?!type\b)[^'"]*?from\s+['"]([^'"]+)['"]|\bimport\s*\(\s*['"]([^'"]+)['"]/gm

/**
 * Machines in `src/sans-io/` are handed the time, draw no lots and call
 * nothing outside their folder but packages that do no I/O. Timers and sockets
 * are compile errors there already.
 */
export const sansIo: Rule = repository => repository.files
  .filter(path => /^packages\/[^/]+\/src\/sans-io\/.+\.ts$/.test(path))
  .flatMap(path => {
    const source = repository.read(path) ?? ''

    return [...findImpure(path, source), ...findOutside(path, source)]
  })

function findImpure (path: string, source: string): Finding[] {
  return source.split('\n').flatMap((text, index) => {
    const call = /^\s*(?:\/?\*|\/\/)/.test(text) ? undefined : IMPURE.exec(text)?.[0]

    return call == null ? [] : [{ path, line: index + 1, message: `uses ${call}; take it as an argument` }]
  })
}

function findOutside (path: string, source: string): Finding[] {
  return [...source.matchAll(VALUE_IMPORT)]
    .map(match => match[1] ?? match[2] ?? '')
    .filter(specifier => !PURE_PACKAGES.includes(specifier) && (!specifier.startsWith('./') || specifier.includes('../')))
    .map(specifier => ({ path, message: `imports ${specifier}; a machine calls its folder and packages without I/O` }))
}
