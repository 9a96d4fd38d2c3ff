import type { SuiteResult } from './run-suite.ts'

export interface Totals {
  passed: number
  failed: number
  skipped: number
}

/**
 * Sums up all suites. Each problem of a suite counts as one failure.
 */
export function addUp (results: SuiteResult[]): Totals {
  const totals: Totals = { passed: 0, failed: 0, skipped: 0 }

  for (const result of results) {
    totals.passed += result.passed
    totals.failed += result.failed + result.problems.length
    totals.skipped += result.skipped
  }

  return totals
}

/** `N passed, N failed`, and `, N skipped` when any were. */
export function closingLine ({ passed, failed, skipped }: Totals): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}

/**
 * What makes a run fail that may skip nothing: a suite with a skipped test, or
 * one that said something was missing. What a transport declares that it cannot
 * do may be skipped.
 */
export function findSkips (result: SuiteResult): string[] {
  const problems: string[] = []

  const count = result.skippedTitles.length

  if (count > 0) {
    problems.push(`skipped ${count} ${count === 1 ? 'test' : 'tests'}, and none may be skipped`)
  } else if (result.missing.length > 0) {
    problems.push(`lacked ${result.missing.join(', ')}, and nothing may be left out`)
  }

  return problems
}

/**
 * A row for each suite, then a line for each failed test, each problem and
 * each skipped test.
 */
export function formatTable (results: SuiteResult[]): string {
  const width = Math.max('suite'.length, ...results.map(result => result.name.length))
  const row = (name: string, ...cells: string[]): string =>
    [name.padEnd(width), ...cells.map(cell => cell.padStart(8))].join(' ')

  return [
    row('suite', 'passed', 'failed', 'skipped', 'time'),
    ...results.map(result => row(
      result.name,
      String(result.passed),
      String(result.failed + result.problems.length),
      String(result.skipped),
      `${result.seconds.toFixed(1)} s`
    )),
    '',
    ...results.flatMap(formatNotes)
  ].join('\n')
}

function formatNotes (result: SuiteResult): string[] {
  return [
    ...result.problems.map(problem => `failed:  ${result.name} ${problem}`),
    ...result.failedTitles.map(title => `failed:  ${result.name}: ${title}`),
    ...result.missing.map(thing => `skipped: ${result.name} lacks: ${thing}`),
    ...result.skippedTitles.map(title => `skipped: ${result.name}: ${title}`),
    ...(result.declared > 0 ? [`skipped: ${result.name}: ${result.declared} for what a transport declares that it cannot do`] : [])
  ]
}
