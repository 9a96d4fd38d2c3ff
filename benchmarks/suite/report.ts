import { mkdir, writeFile } from 'node:fs/promises'
import { toDocument } from './document.ts'
import { plot } from './plot.ts'
import { sections } from './sections.ts'
import { findFailures, summarizeSamples } from './summary.ts'
import { toText } from './table.ts'
import type { Sample } from './sample.ts'
import type { Sizes } from './scenarios.ts'

/** What results.json holds. */
export interface Results {
  command: string
  cores: number

  /** Of the minute before the run: on a machine that does nothing else, about 0. */
  loadAverage: number
  node: string

  /** Name and version of each stack. */
  implementations: Record<string, string>
  sizes: Sizes
  delayedSizes: Sizes
  idleConnections: number
  rounds: number

  /** What could not be measured here, and why. */
  skipped: string[]
  samples: Sample[]
}

const DOCS = new URL('../../docs/', import.meta.url)

/** Prints the tables. */
export function printReport (results: Results): void {
  const summaries = summarizeSamples(results.samples)
  const parts = sections(summaries).map(({ title, rows }) => `${title}\n\n${toText(rows)}`)
  const failures = findFailures(results.samples).map(({ scenario, pair, security, times, error }) => `failed ${times} times: ${scenario}, ${pair}, ${security}: ${error}`)

  process.stdout.write(`${[...parts, ...failures, ...results.skipped].join('\n\n')}\n`)
}

/** Writes .build/results.json; when `publish`, also results.json, docs/benchmarks.md and its plot. */
export async function writeReport (results: Results, publish: boolean): Promise<void> {
  const json = `${JSON.stringify(results, null, 2)}\n`
  await mkdir(new URL('../.build/', import.meta.url), { recursive: true })
  await writeFile(new URL('../.build/results.json', import.meta.url), json)

  if (!publish) {
    return
  }

  await mkdir(new URL('images/', DOCS), { recursive: true })
  await writeFile(new URL('../results.json', import.meta.url), json)
  await writeFile(new URL('benchmarks.md', DOCS), toDocument(results))
  await writeFile(new URL('images/benchmarks.svg', DOCS), plot(results))
}
