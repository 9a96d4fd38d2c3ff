/**
 * Runs publint over what each published package would pack. Ends with exit code
 * 1 if it finds an error or a warning; suggestions are only printed.
 */
import { join } from 'node:path'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { openRepository } from './src/repository.ts'

const repository = openRepository(join(import.meta.dirname, '..'))

for (const { path, manifest } of repository.packages.filter(({ manifest }) => manifest.private !== true)) {
  const { messages, pkg } = await publint({ pkgDir: join(repository.root, path), pack: 'npm' })

  process.stdout.write(`${manifest.name}: ${messages.length === 0 ? 'ok' : ''}\n`)

  for (const message of messages) {
    process.stdout.write(`  ${message.type}: ${formatMessage(message, pkg, { color: false })}\n`)

    if (message.type !== 'suggestion') {
      process.exitCode = 1
    }
  }
}
