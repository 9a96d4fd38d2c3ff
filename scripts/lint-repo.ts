/**
 * Checks what eslint and tsc cannot see: portability of the files, the package
 * graph, package metadata, machines without I/O, dead links. Prints what breaks a rule and ends with exit code 1
 * if anything does; long files are only listed.
 */
import { join } from 'node:path'
import { openRepository } from './src/repository.ts'
import { deadLinks } from './src/rules/dead-links.ts'
import { fileLength } from './src/rules/file-length.ts'
import { packageGraph } from './src/rules/package-graph.ts'
import { packageMetadata } from './src/rules/package-metadata.ts'
import { portableFiles } from './src/rules/portable-files.ts'
import { sansIo } from './src/rules/sans-io.ts'
import type { Finding } from './src/repository.ts'

const repository = openRepository(process.argv[2] ?? join(import.meta.dirname, '..'))
const errors = [portableFiles, packageGraph, packageMetadata, sansIo, deadLinks].flatMap(rule => rule(repository))
const warnings = fileLength(repository)

const print = (level: string, { path, line, message }: Finding): void => {
  process.stdout.write(`${level}: ${path}${line == null ? '' : `:${line}`}: ${message}\n`)
}

warnings.forEach(finding => { print('warning', finding) })
errors.forEach(finding => { print('error', finding) })

process.exitCode = errors.length > 0 ? 1 : 0
