import { builtinModules } from 'node:module'
import type { Finding, Rule, WorkspacePackage } from '../repository.ts'

const SCOPE = '@libp2p-ws/'

/**
 * Which published package may depend on which; ARCHITECTURE.md draws it. The
 * order is that of building: a package names only packages above it.
 */
export const ALLOWED: Record<string, string[]> = {
  core: [],
  'multiaddr-ws': ['core'],
  testing: ['core'],
  'byte-channel': ['core'],
  multistream: ['core', 'byte-channel'],
  identity: [],
  noise: ['core', 'byte-channel', 'identity'],
  yamux: ['core', 'byte-channel'],
  transport: ['core', 'byte-channel', 'multiaddr-ws'],
  dialer: ['core'],
  swarm: ['core', 'byte-channel', 'dialer', 'identity', 'multistream'],
  host: ['core', 'dialer', 'identity', 'swarm'],
  relay: ['core', 'host', 'swarm', 'transport']
}

/** Static and dynamic imports and re-exports, of types too. */
const IMPORT = /(?:\bfrom\s+|\bimport\s*\(?\s*)(['"])([^'"\n]+)\1/g

/**
 * Dependencies between packages point one way, and what the source of a
 * package imports is among its declared dependencies.
 */
export const packageGraph: Rule = repository => repository.packages
  .filter(({ path }) => path.startsWith('packages/'))
  .flatMap(workspacePackage => {
    const sources = repository.files.filter(path => path.startsWith(`${workspacePackage.path}/src/`) && /\.[jt]sx?$/.test(path))

    return [
      ...findForbidden(workspacePackage),
      ...sources.flatMap(path => findUndeclared(workspacePackage, path, repository.read(path) ?? ''))
    ]
  })

function findForbidden ({ path, manifest }: WorkspacePackage): Finding[] {
  const file = `${path}/package.json`
  const allowed = ALLOWED[path.replace('packages/', '')]

  if (allowed == null) {
    return [{ path: file, message: 'is not in the package graph: add it to scripts/src/rules/package-graph.ts and to ARCHITECTURE.md' }]
  }

  return runtimeDependencies(manifest)
    .filter(name => name.startsWith(SCOPE) && !allowed.includes(name.slice(SCOPE.length)))
    .map(name => ({ path: file, message: `must not depend on ${name}; it may depend on: ${allowed.join(', ') || 'no other package'}` }))
}

function findUndeclared ({ manifest }: WorkspacePackage, path: string, source: string): Finding[] {
  const declared = new Set([manifest.name, ...runtimeDependencies(manifest)])

  // an example in a docstring may import what it likes
  const code = source.replaceAll(/^\s*(?:\*|\/\*|\/\/).*$/gm, '')

  return [...code.matchAll(IMPORT)]
    .map(match => match[2] ?? '')
    .filter(specifier => !/^(?:\.|#|node:)/.test(specifier) && !builtinModules.includes(specifier))
    .filter(specifier => !declared.has(packageOf(specifier)))
    .map(specifier => ({ path, message: `imports ${specifier}, which package.json does not declare as a dependency` }))
}

function runtimeDependencies (manifest: WorkspacePackage['manifest']): string[] {
  return Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })
}

/** `@scope/name/sub/path` → `@scope/name`. */
function packageOf (specifier: string): string {
  return specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/')
}
