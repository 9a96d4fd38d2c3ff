import { readFileSync } from 'node:fs'

/**
 * The environment variable that names the file of records. Whatever runs tests
 * in a suite appends to that file one JSON object a line: a record for each
 * test as it ends, and one `{ "state": "end" }` when the run is complete. What
 * is in the file counts even when the process that wrote it then crashes.
 */
export const RECORDS_VARIABLE = 'TEST_RECORDS_FILE'

/** How `transportSuite` of packages/testing marks a test that a transport's capabilities rule out. */
const DECLARED = /\(skipped, as declared: .+\)$/

export type TestState = 'passed' | 'failed' | 'skipped'

export type TestRecord = { state: TestState, title: string } | { state: 'end' }

export interface TestCounts {
  passed: number
  failed: number
  skipped: number

  /** Of those skipped: tests for what the thing under test declares that it cannot do. */
  declared: number

  /** Full titles of the other tests that were skipped. */
  skippedTitles: string[]

  /** Full titles of the tests that failed. */
  failedTitles: string[]

  /** Every run that began to write records also finished. */
  complete: boolean
}

/**
 * Counts the records in a file. A file that does not exist holds no test, and
 * a last line cut short by a crash is not counted.
 */
export function readCounts (path: string): TestCounts {
  const counts: TestCounts = { passed: 0, failed: 0, skipped: 0, declared: 0, skippedTitles: [], failedTitles: [], complete: false }

  for (const record of readRecords(path)) {
    counts.complete = record.state === 'end'

    if (record.state === 'end') {
      continue
    }

    counts[record.state]++

    if (record.state === 'skipped' && DECLARED.test(record.title)) {
      counts.declared++
    } else if (record.state === 'skipped') {
      counts.skippedTitles.push(record.title)
    } else if (record.state === 'failed') {
      counts.failedTitles.push(record.title)
    }
  }

  return counts
}

function readRecords (path: string): TestRecord[] {
  let text: string

  try {
    text = readFileSync(path, 'utf8')
  } catch (err: any) {
    if (err.code === 'ENOENT') {
      return []
    }

    throw err
  }

  return text
    .split('\n')
    .slice(0, -1)
    .map(line => JSON.parse(line))
}
