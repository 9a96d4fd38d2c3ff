import { join } from 'node:path'
import { expect } from 'aegir/chai'
import { deadLinks } from '../src/rules/dead-links.ts'
import { fileLength } from '../src/rules/file-length.ts'
import { packageGraph } from '../src/rules/package-graph.ts'
import { packageMetadata } from '../src/rules/package-metadata.ts'
import { portableFiles } from '../src/rules/portable-files.ts'
import { sansIo } from '../src/rules/sans-io.ts'
import type { Manifest, Repository } from '../src/repository.ts'

function repository (files: Record<string, string>, manifests: Record<string, Partial<Manifest>> = {}): Repository {
  return {
    root: '.',
    files: Object.keys(files),
    read: path => files[path],
    packages: Object.entries(manifests).map(([path, manifest]) => ({
      path,
      manifest: { name: path.replace('packages', '@libp2p-ws'), ...manifest }
    }))
  }
}

/** Puts a path together here, so that this file does not name one. */
function absolute (...parts: string[]): string {
  return ['', ...parts].join('/')
}

describe('rules', () => {
  describe('portable files', () => {
    function messages (text: string): string[] {
      return portableFiles(repository({ 'a.md': text })).map(({ path, line, message }) => `${path}:${line}: ${message}`)
    }

    it('finds the host of a package registry', () => {
      const host = ['registry', 'npmjs', 'org'].join('.')

      expect(messages(`one\nhttps://${host}/ws\n`)).to.deep.equal([`a.md:2: names the package registry ${host}`])
    })

    for (const folder of ['work', 'tmp', 'root', 'home', 'Users']) {
      it(`finds a path under ${folder}`, () => {
        const path = absolute(folder, 'someone')

        for (const text of [path, `"${path}"`, `cd ${path}/x`, `(${path})`, `=${path}`]) {
          expect(messages(text), text).to.deep.equal([`a.md:1: names a path of one machine: ${path}`])
        }
      })
    }

    it('leaves alone what only looks like such a path', () => {
      expect(messages([
        'https://example.com/home/index.html',
        'docs/work/plan.md',
        './tmp/x',
        // eslint-disable-next-line no-template-curly-in-string
        '${HOME}/work/x',
        '/ip4/127.0.0.1/tcp/80/ws',
        '/workspace/x'
      ].join('\n'))).to.be.empty()
    })

    it('refuses the lock files of other package managers, anywhere', () => {
      const files = portableFiles(repository({ 'package-lock.json': '', 'interop/rust/Cargo.lock': '', 'pnpm-lock.yaml': '' }))

      expect(files.map(({ path }) => path)).to.deep.equal(['package-lock.json', 'interop/rust/Cargo.lock'])
    })
  })

  describe('package graph', () => {
    it('refuses a dependency that points the wrong way', () => {
      const findings = packageGraph(repository({}, {
        'packages/core': {},
        'packages/dialer': { dependencies: { '@libp2p-ws/core': 'workspace:*', '@libp2p-ws/swarm': 'workspace:*' } }
      }))

      expect(findings).to.deep.equal([{
        path: 'packages/dialer/package.json',
        message: 'must not depend on @libp2p-ws/swarm; it may depend on: core'
      }])
    })

    it('lets tests depend on what they need', () => {
      expect(packageGraph(repository({}, {
        'packages/swarm': { devDependencies: { '@libp2p-ws/transport': 'workspace:*' } }
      }))).to.be.empty()
    })

    it('asks for a package that it does not know', () => {
      expect(packageGraph(repository({}, { 'packages/new': {} }))).to.have.lengthOf(1)
    })

    it('finds an import that package.json does not declare', () => {
      const source = [
        'import { a } from \'declared/sub/path\'',
        'import type { b } from "@scope/types-only"',
        ' * import { example } from \'libp2p\'',
        'import { c } from \'./near.ts\'',
        'import { d } from \'node:fs\'',
        'import { f } from \'#platform\'',
        'export * from \'re-exported\'',
        'const e = await import(\'loaded-late\')',
        'import \'for-its-effect\''
      ].join('\n')
      const findings = packageGraph(repository({ 'packages/core/src/index.ts': source }, {
        'packages/core': { dependencies: { declared: '1.0.0' } }
      }))

      expect(findings.map(({ message }) => message.split(',')[0])).to.deep.equal([
        'imports @scope/types-only',
        'imports re-exported',
        'imports loaded-late',
        'imports for-its-effect'
      ])
    })
  })

  describe('package metadata', () => {
    const home = 'https://github.com/libp2p-ws/libp2p-ws'
    const manifest: Partial<Manifest> = {
      license: 'Apache-2.0 OR MIT',
      homepage: `${home}/tree/main/packages/core#readme`,
      bugs: { url: `${home}/issues` },
      repository: { type: 'git', url: `git+${home}.git`, directory: 'packages/core' },
      sideEffects: false,
      keywords: ['libp2p'],
      files: ['dist', 'LICENSE-*']
    }
    const files = {
      'LICENSE-APACHE': 'apache',
      'LICENSE-MIT': 'mit',
      'packages/core/LICENSE-APACHE': 'apache',
      'packages/core/LICENSE-MIT': 'mit',
      'packages/core/README.md': '# core'
    }

    it('accepts a package that has it all, and one that is never published', () => {
      expect(packageMetadata(repository(files, { 'packages/core': manifest, interop: { private: true } }))).to.be.empty()
    })

    it('finds what is missing', () => {
      const found = packageMetadata(repository({
        ...files,
        'packages/core/LICENSE-MIT': 'another'
      }, {
        'packages/core': { ...manifest, sideEffects: true, keywords: [], files: ['dist'] }
      }))

      expect(found.map(({ message }) => message)).to.deep.equal([
        'sideEffects is true and should be false',
        'has no keywords',
        'does not publish LICENSE-*',
        'is not a copy of the LICENSE-MIT at the root'
      ])
    })
  })

  describe('sans-io', () => {
    function messages (source: string): string[] {
      return sansIo(repository({ 'packages/dialer/src/sans-io/machine.ts': source })).map(({ message }) => message.split(';')[0] ?? '')
    }

    it('finds what asks for the time or draws lots', () => {
      expect(messages('a = Date.now()\nb = new Date()\nc = Math.random()\n')).to.deep.equal([
        'uses Date.now', 'uses new Date', 'uses Math.random'
      ])
    })

    it('lets a comment name it, and the driver next to the machines use it', () => {
      expect(messages(' * like Date.now()\n// no Math.random')).to.be.empty()
      expect(sansIo(repository({ 'packages/dialer/src/dialer.ts': 'Date.now()' }))).to.be.empty()
    })

    it('finds a value that comes from outside the folder', () => {
      expect(messages([
        'import { near } from \'./near.ts\'',
        'import { Libp2pWsError } from \'@libp2p-ws/core\'',
        'import type { Shape } from \'../shape.ts\'',
        'import {\n  far\n} from \'../far.ts\'',
        'export { thing } from \'somewhere\'',
        'const late = await import(\'../late.ts\')'
      ].join('\n'))).to.deep.equal(['imports ../far.ts', 'imports somewhere', 'imports ../late.ts'])
    })
  })

  it('finds links that lead nowhere', () => {
    const findings = deadLinks({
      ...repository({
        'docs/a.md': 'see [x](../package.json#name) and\n[y](nowhere.md), [z](https://example.com), [here](#top)'
      }),
      root: join(import.meta.dirname, '..')
    })

    expect(findings).to.deep.equal([{ path: 'docs/a.md', line: 2, message: 'links to nowhere.md, which is not there' }])
  })

  it('lists source files of more than 300 lines', () => {
    const lines = (count: number): string => 'x\n'.repeat(count)

    expect(fileLength(repository({
      'packages/core/src/long.ts': lines(301),
      'packages/core/src/fits.ts': lines(300),
      'packages/core/test/long.ts': lines(400)
    }))).to.deep.equal([{ path: 'packages/core/src/long.ts', message: 'has 301 lines; 300 should do' }])
  })
})
