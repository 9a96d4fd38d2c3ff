import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { build } from 'esbuild'

export const VITE = '8.3.8'

/** What pages are made of, by the names of their entries. */
export const ENTRIES = {
  'js-libp2p': 'libp2p with @libp2p/websockets, noise and yamux',
  'libp2p-ws': '@libp2p-ws/host with the same',
  'libp2p-ws-all': '@libp2p-ws/host with our transport, noise and yamux'
}

export type EntryName = keyof typeof ENTRIES

export interface Bundler {
  name: string

  /** Resolves with one minified script. */
  bundle(entry: EntryName): Promise<string>
}

const TARGET = 'es2023'
const WORKSPACE = fileURLToPath(new URL('../.build/vite', import.meta.url))

export const withEsbuild: Bundler = {
  name: 'esbuild',
  bundle: async entry => {
    const { outputFiles } = await build({ entryPoints: [fileOf(entry)], bundle: true, minify: true, format: 'esm', platform: 'browser', target: TARGET, write: false })

    return outputFiles[0]?.text ?? ''
  }
}

/** Vite is big and nothing else here needs it, so it is installed beside the project, when it is asked for. */
export async function withVite (): Promise<Bundler> {
  await mkdir(WORKSPACE, { recursive: true })
  await writeFile(join(WORKSPACE, 'package.json'), JSON.stringify({ name: 'vite', private: true, dependencies: { vite: VITE } }))
  // JSON is YAML
  await writeFile(join(WORKSPACE, 'pnpm-workspace.yaml'), JSON.stringify({ packages: ['.'], pmOnFail: 'ignore' }))
  await promisify(execFile)('npx', ['--yes', 'pnpm@12.21.0', 'install', '--ignore-scripts'], { cwd: WORKSPACE, maxBuffer: 1 << 24 })
  const require = createRequire(join(WORKSPACE, 'any.js'))
  const vite = await import(pathToFileURL(require.resolve('vite')).href)

  return {
    name: `Vite ${VITE}`,
    bundle: async entry => {
      const { output } = await vite.build({
        configFile: false,
        root: fileURLToPath(new URL('.', import.meta.url)),
        logLevel: 'error',
        build: { target: TARGET, minify: true, write: false, modulePreload: false, rollupOptions: { input: fileOf(entry), output: { format: 'es' } } }
      })

      if (output.length !== 1) {
        throw new Error(`one script was expected, not ${output.map(({ fileName }: any) => fileName).join(', ')}`)
      }

      return output[0].code
    }
  }
}

function fileOf (entry: EntryName): string {
  return fileURLToPath(new URL(`entries/${entry}.ts`, import.meta.url))
}
