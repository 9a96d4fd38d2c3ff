import { sections } from './sections.ts'
import { countGoals, findFailures, summarizeSamples } from './summary.ts'
import { toMarkdown } from './table.ts'
import type { Results } from './report.ts'

/** docs/benchmarks.md. */
export function toDocument (results: Results): string {
  const summaries = summarizeSamples(results.samples)
  const { met, all } = countGoals(summaries)
  const tables = sections(summaries).map(({ title, rows }) => `## ${title}\n\n${toMarkdown(rows)}\n`)
  const failures = findFailures(results.samples).map(({ rtt, scenario, pair, security, times, error }) => (
    `- failed ${times} times: ${scenario}, ${pair}, ${security}${rtt === 0 ? '' : `, ${rtt} ms round trip`}: ${error}`
  ))

  return `# The data path beside js-libp2p and go-libp2p

Written by \`${results.command}\`; every measurement is in
[benchmarks/results.json](../benchmarks/results.json), and
[benchmarks/README.md](../benchmarks/README.md) says how each is taken.

![How many times better than go-libp2p](images/benchmarks.svg)

${Object.entries(results.implementations).map(([name, implementation]) => `\`${name}\` is ${implementation}`).join(', ')}.
Node ${results.node.slice(1)}. ${results.cores} cores, both ends on them; the load average was ${results.loadAverage.toFixed(1)} before the run.

- Medians of ${results.rounds} rounds, in brackets the lowest and the highest; of memory and over links with a
  delay, of fewer. The stacks take turns within each round, and only ratios within one table mean something.
- "ours : js" is how many times better ours is, whichever way the metric counts:
  the median of the ratios of the rounds.
- ${met} of ${all} goals are met. [speed.md](speed.md) says what stands in the way of the others.

${tables.join('\n')}${failures.length === 0 ? '' : `\n## Failures\n\n${failures.join('\n')}\n`}`
}
