import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { findPackages } from './suites.ts'

/** The parts of a package.json that rules look at. */
export interface Manifest {
  name: string
  private?: boolean
  license?: string
  homepage?: string
  keywords?: string[]
  sideEffects?: boolean
  repository?: { type: string, url: string, directory?: string }
  bugs?: { url: string }
  files?: string[]
  exports?: Record<string, unknown>
  dependencies?: Record<string, string>
  peerDependencies?: Record<string, string>
  devDependencies?: Record<string, string>
}

export interface WorkspacePackage {
  /** Folder from the root: `packages/core`. */
  path: string
  manifest: Manifest
}

/** What rules look at: the files under version control, or about to be. */
export interface Repository {
  root: string
  packages: WorkspacePackage[]

  /** Paths from the root, ignored files left out. */
  files: string[]

  /** The text of a file, or undefined for a binary or deleted one. */
  read(path: string): string | undefined
}

/** Something that breaks a rule. */
export interface Finding {
  path: string
  line?: number
  message: string
}

/** A rule looks at the repository and says what breaks it. */
export type Rule = (repository: Repository) => Finding[]

export function openRepository (root: string): Repository {
  const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024
  })

  return {
    root,
    files: files.split('\0').filter(path => path !== ''),
    packages: findPackages(root).map(path => ({
      path,
      manifest: JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8'))
    })),
    read: path => readText(join(root, path))
  }
}

function readText (path: string): string | undefined {
  try {
    const bytes = readFileSync(path)

    return bytes.includes(0) ? undefined : bytes.toString()
  } catch (err: any) {
    // deleted, and not yet committed as such
    if (err.code === 'ENOENT') {
      return undefined
    }

    throw err
  }
}
