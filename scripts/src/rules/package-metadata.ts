import type { Finding, Rule, WorkspacePackage } from '../repository.ts'

const HOMEPAGE = 'https://github.com/libp2p-ws/libp2p-ws'
const LICENSE_FILES = ['LICENSE-APACHE', 'LICENSE-MIT']

/**
 * Each published package says where it comes from and under which licences,
 * and carries the text of both.
 */
export const packageMetadata: Rule = repository => repository.packages
  .filter(({ manifest }) => manifest.private !== true)
  .flatMap(workspacePackage => [
    ...checkManifest(workspacePackage),
    ...LICENSE_FILES
      .filter(name => repository.read(`${workspacePackage.path}/${name}`) !== repository.read(name))
      .map(name => ({ path: `${workspacePackage.path}/${name}`, message: `is not a copy of the ${name} at the root` })),
    ...(repository.files.includes(`${workspacePackage.path}/README.md`)
      ? []
      : [{ path: workspacePackage.path, message: 'has no README.md' }])
  ])

function checkManifest ({ path, manifest }: WorkspacePackage): Finding[] {
  const expected: Record<string, [unknown, unknown]> = {
    name: [manifest.name, `@libp2p-ws/${path.replace('packages/', '')}`],
    license: [manifest.license, 'Apache-2.0 OR MIT'],
    homepage: [manifest.homepage, `${HOMEPAGE}/tree/main/${path}#readme`],
    'bugs.url': [manifest.bugs?.url, `${HOMEPAGE}/issues`],
    'repository.type': [manifest.repository?.type, 'git'],
    'repository.url': [manifest.repository?.url, `git+${HOMEPAGE}.git`],
    'repository.directory': [manifest.repository?.directory, path],
    sideEffects: [manifest.sideEffects, false]
  }

  const findings = Object.entries(expected)
    .filter(([, [actual, wanted]]) => actual !== wanted)
    .map(([field, [actual, wanted]]) => ({
      path: `${path}/package.json`,
      message: `${field} is ${JSON.stringify(actual)} and should be ${JSON.stringify(wanted)}`
    }))

  if ((manifest.keywords ?? []).length === 0) {
    findings.push({ path: `${path}/package.json`, message: 'has no keywords' })
  }

  if (!(manifest.files ?? []).includes('LICENSE-*')) {
    findings.push({ path: `${path}/package.json`, message: 'does not publish LICENSE-*' })
  }

  return findings
}
