import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Suite {
  /** Folder of the workspace package, from the root: `packages/core`. */
  name: string

  /** The same folder as an absolute path. */
  dir: string

  /** The package's `test` script, or undefined when it has none. */
  script: string | undefined
}

/**
 * Every workspace package that must be tested: those that have a `test` script,
 * and all in `packages/`, where not to have one is a mistake.
 */
export function findSuites (root: string): Suite[] {
  return findPackages(root)
    .map(name => {
      const dir = join(root, name)
      const manifest = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8'))

      return { name, dir, script: manifest.scripts?.test }
    })
    .filter(suite => suite.script != null || suite.name.startsWith('packages/'))
}

/**
 * Folders of all workspace packages, from the root, sorted by name.
 */
export function findPackages (root: string): string[] {
  const patterns = readWorkspacePatterns(readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8'))

  return globSync(patterns.map(pattern => `${pattern}/package.json`), { cwd: root })
    .map(path => path.replaceAll('\\', '/').replace(/\/package\.json$/, ''))
    .sort()
}

/** The list under `packages:` in pnpm-workspace.yaml. */
export function readWorkspacePatterns (yaml: string): string[] {
  const block = /^packages:\n((?: +- .+\n)+)/m.exec(yaml)?.[1]

  if (block == null) {
    throw new Error('pnpm-workspace.yaml has no list of packages')
  }

  return block
    .trim()
    .split('\n')
    .map(line => line.replace(/^ *- /, '').replaceAll(/['"]/g, '').trim())
}
