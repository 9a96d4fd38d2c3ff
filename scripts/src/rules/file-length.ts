import type { Rule } from '../repository.ts'

const LIMIT = 300

/** Source files of the packages stay short enough to be read in one go. */
export const fileLength: Rule = repository => repository.files
  .filter(path => /^packages\/[^/]+\/src\/.+\.[jt]s$/.test(path))
  .map(path => ({ path, lines: (repository.read(path)?.split('\n').length ?? 1) - 1 }))
  .filter(({ lines }) => lines > LIMIT)
  .map(({ path, lines }) => ({ path, message: `has ${lines} lines; ${LIMIT} should do` }))
