/**
 * Runs publint over what each published package would pack, and ends with exit
 * code 1 if it has anything to say.
 */
import { join } from 'node:path'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { openRepository } from './src/repository.ts'

const repository = openRepository(join(import.meta.dirname, '..'))

for (const { path, manifest } of repository.packages.filter(({ manifest }) => manifest.private !== true)) {
  const { messages, pkg } = await publint({ pkgDir: join(repository.root, path), pack: 'npm', strict: true })

  process.stdout.write(`${manifest.name}: ${messages.length === 0 ? 'ok' : ''}\n`)

  for (const message of messages) {
    process.stdout.write(`  ${message.type}: ${formatMessage(message, pkg, { color: false })}\n`)
    process.exitCode = 1
  }
}
