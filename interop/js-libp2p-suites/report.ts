import { EXPLANATIONS } from './explanations.ts'
import type { Outcome } from './run-suite.ts'
import type { Suite } from './suites.ts'

export interface Row {
  suite: Suite
  stock: Outcome

  /** The same as `stock` for a suite that makes no nodes. */
  ours: Outcome
}

export interface Report {
  rows: Row[]

  /** The version of a service that is installed, and the one that its suite is of. */
  versions(suite: Suite): { installed: string, checkout: string }

  /** Suites that could not be run, and why. */
  skipped: string[]
}

/** What js-libp2p passes and ours does not. */
export function regressions ({ ours, stock }: Row): string[] {
  return [...stock.passed].filter(title => !ours.passed.has(title))
}

export function summary ({ ours, stock, suite }: Row): string {
  return `| ${suite.name} | ${share(stock)} |${suite.makesNodes ? ` ${share(ours)} |` : ''}`
}

export function toMarkdown ({ rows, skipped, versions }: Report): string {
  const twice = rows.filter(({ suite }) => suite.makesNodes)
  const once = rows.filter(({ suite }) => !suite.makesNodes)

  return [
    '# js-libp2p\'s own suites',
    '',
    'Written by `node interop/js-libp2p-suites/run.ts`.',
    '',
    '| suite | js-libp2p 3.3.11 passes | libp2p-ws passes |',
    '|---|---|---|',
    ...twice.map(summary),
    `| all | ${share(total(twice.map(({ stock }) => stock)))} | ${share(total(twice.map(({ ours }) => ours)))} |`,
    '',
    '## Differences',
    '',
    ...orNone(twice.flatMap(differences)),
    '',
    '## What neither passes here',
    '',
    ...orNone(twice.flatMap(({ ours, stock }) => [...stock.failed].filter(([title]) => ours.failed.has(title)).map(([title, message]) => line(title, message)))),
    '',
    '## The services by themselves',
    '',
    'These suites put stubs in the place of a node, so they are the same with any',
    'node: they say that the services as published do what they should. Each is at',
    'work on our node in `packages/host/test/services`.',
    '',
    '| suite | passes | package | suite is of |',
    '|---|---|---|---|',
    ...once.map(row => `${summary(row)} ${versions(row.suite).installed} | ${versions(row.suite).checkout} |`),
    '',
    'Where a package is of another version than its suite, the suite tests what the',
    'package does not do yet, or not any more:',
    '',
    ...orNone(once.flatMap(failuresByMessage)),
    ...skipped.length > 0 ? ['', '## Not run', '', ...skipped.map(why => `- ${why}`)] : [],
    ''
  ].join('\n')
}

function differences (row: Row): string[] {
  return [
    ...regressions(row).map(title => `${line(title, row.ours.failed.get(title) ?? 'not run')} (only js-libp2p's passed)`),
    ...[...row.ours.passed].filter(title => !row.stock.passed.has(title)).map(title => `${line(title, row.stock.failed.get(title) ?? 'not run')} (only ours passed)`)
  ]
}

function failuresByMessage ({ stock, suite }: Row): string[] {
  return [...Map.groupBy(stock.failed.values(), withoutNames)].map(([message, failures]) => `- ${suite.name}, ${failures.length} of them: ${message}`)
}

/** So that messages about different peers and addresses are the same. */
function withoutNames (message: string): string {
  return message.replace(/\/\S+/g, '/…').replace(/ \{ .*/, '')
}

function line (title: string, message: string): string {
  return `- ${title}: ${EXPLANATIONS.get(title) ?? message}`
}

function share ({ failed, passed }: Outcome): string {
  return `${passed.size} of ${passed.size + failed.size}`
}

function total (outcomes: Outcome[]): Outcome {
  return {
    passed: new Set(outcomes.flatMap(({ passed }, i) => [...passed].map(title => `${i} ${title}`))),
    failed: new Map(outcomes.flatMap(({ failed }, i) => [...failed].map(([title, message]) => [`${i} ${title}`, message])))
  }
}

function orNone (lines: string[]): string[] {
  return lines.length > 0 ? lines : ['None.']
}
