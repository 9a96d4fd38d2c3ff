import { spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'aegir/chai'
import { build } from 'esbuild'
import { openRepository } from '../src/repository.ts'

const ROOT = join(import.meta.dirname, '../..')
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc')

/** Entry points that need sockets or files. */
const NODE_ONLY = ['@libp2p-ws/relay', '@libp2p-ws/testing/node']

const PUBLISHED = openRepository(ROOT).packages.filter(({ manifest }) => manifest.private !== true)

/** What users of the packages import, as `exports` of each package.json says. */
const ENTRY_POINTS = PUBLISHED.flatMap(({ manifest }) => Object.keys(manifest.exports ?? {}).map(key => manifest.name + key.slice(1)))

describe('entry points of the published packages', () => {
  // A project outside the repository that has the packages as dependencies.
  const consumer = join(tmpdir(), `libp2p-ws-consumer-${randomUUID()}`)

  before(() => {
    mkdirSync(join(consumer, 'node_modules/@libp2p-ws'), { recursive: true })
    PUBLISHED.forEach(({ path, manifest }) => { symlinkSync(join(ROOT, path), join(consumer, 'node_modules', manifest.name), 'dir') })
    symlinkSync(join(ROOT, 'node_modules/@types'), join(consumer, 'node_modules/@types'), 'dir')
    writeFileSync(join(consumer, 'package.json'), JSON.stringify({ type: 'module' }))
    writeFileSync(join(consumer, 'index.ts'), ENTRY_POINTS.map((name, index) => `export * as e${index} from '${name}'\n`).join(''))
  })

  after(() => {
    rmSync(consumer, { recursive: true })
  })

  for (const name of ENTRY_POINTS) {
    it(`Node imports ${name}`, () => {
      const { stdout, stderr } = spawnSync(process.execPath, [
        '--input-type', 'module', '--eval', `console.log(Object.keys(await import('${name}')).length)`
      ], { cwd: consumer, encoding: 'utf8' })

      expect(stderr).to.equal('')
      expect(Number(stdout)).to.be.above(0)
    })
  }

  for (const name of ENTRY_POINTS.filter(name => !NODE_ONLY.includes(name))) {
    it(`a browser bundle can hold ${name}`, async () => {
      const { warnings } = await build({
        stdin: { contents: `export * from '${name}'`, resolveDir: consumer },
        bundle: true,
        format: 'esm',
        platform: 'browser',
        write: false,
        logLevel: 'silent'
      })

      expect(warnings).to.be.empty()
    })
  }

  for (const [module, moduleResolution] of [['nodenext', 'nodenext'], ['esnext', 'bundler']] as const) {
    it(`types hold for a strict project that resolves modules by ${moduleResolution}`, () => {
      const { stdout } = spawnSync(process.execPath, [
        TSC, 'index.ts', '--noEmit', '--strict', '--pretty', 'false', '--skipLibCheck', 'false',
        '--module', module, '--moduleResolution', moduleResolution,
        '--target', 'es2024', '--lib', 'es2024,dom,dom.iterable', '--types', 'node'
      ], { cwd: consumer, encoding: 'utf8' })

      // Declarations of other packages are checked too, and are not ours to mend.
      const ours = stdout.split('\n').filter(line => /^index\.ts|packages\/[^/]+\/dist/.test(line))

      expect(ours).to.deep.equal([])
    })
  }
})
