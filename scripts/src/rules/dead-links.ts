import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Rule } from '../repository.ts'

const LINK = /\]\(([^)\s]+)\)/g
const ELSEWHERE = /^(?:[a-z]+:|#|\/)/

/** A link from one page of the repository to another, or to a file, leads there. */
export const deadLinks: Rule = repository => repository.files
  .filter(path => path.endsWith('.md'))
  .flatMap(path => (repository.read(path) ?? '').split('\n').flatMap((text, index) => {
    return [...text.matchAll(LINK)]
      .map(match => match[1] ?? '')
      .filter(target => !ELSEWHERE.test(target))
      .filter(target => !existsSync(join(repository.root, dirname(path), target.replace(/#.*$/, ''))))
      .map(target => ({ path, line: index + 1, message: `links to ${target}, which is not there` }))
  }))
