import type { Finding, Rule } from '../repository.ts'

const REGISTRY_HOSTS = [
  /registry\.npmjs\.org/,
  /registry\.yarnpkg\.com/,
  /registry\.npmmirror\.com/,
  /(?:proxy|sum)\.golang\.org/,
  /(?:index|static)\.crates\.io/,
  /(?:upload\.|files\.)?pypi(?:\.org|thonhosted\.org)/,
  /repo\d?\.maven\.(?:apache\.)?org/,
  /(?:deb|security)\.debian\.org/
]

/** An absolute path that exists on one machine only, not part of a URL or of a longer path. */
const MACHINE_PATH = /(?<![\w.~/}$-])\/(?:work|tmp|root|home|Users)\/[\w.@-]+/

const LOCK_FILES = /(?:^|\/)(?:package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|Cargo\.lock)$/

/**
 * No file names the host of a package registry or a path of one machine, and
 * no lock file is kept that would: a clone must install from whatever registry
 * its machine is set up with.
 */
export const portableFiles: Rule = repository => repository.files.flatMap(path => {
  if (LOCK_FILES.test(path)) {
    return [{ path, message: 'lock file of another package manager; pin exact versions in the manifest instead' }]
  }

  return (repository.read(path) ?? '')
    .split('\n')
    .flatMap((text, index) => findInLine(path, index + 1, text))
})

function findInLine (path: string, line: number, text: string): Finding[] {
  const findings: Finding[] = []

  for (const pattern of REGISTRY_HOSTS) {
    const host = pattern.exec(text)?.[0]

    if (host != null) {
      findings.push({ path, line, message: `names the package registry ${host}` })
    }
  }

  const machinePath = MACHINE_PATH.exec(text)?.[0]

  if (machinePath != null) {
    findings.push({ path, line, message: `names a path of one machine: ${machinePath}` })
  }

  return findings
}
