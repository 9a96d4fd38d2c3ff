import { METRICS, timesBetter } from './metrics.ts'
import { summarizeSamples } from './summary.ts'
import { formatNumber } from './table.ts'
import type { Results } from './report.ts'
import type { MetricSummary } from './summary.ts'

const WIDTH = 960
const LABEL_WIDTH = 300
const VALUE_WIDTH = 110
const BAR_HEIGHT = 12
const ROW_GAP = 12
const TOP = 70
const BOTTOM = 16

/** What the bars are measured by. */
const BASE = 'go'
const BARS = [{ pair: 'ours', colour: '#1f6feb' }, { pair: 'js', colour: '#e3a008' }, { pair: BASE, colour: '#57606a' }]

/** How many times better than go-libp2p each stack is over noise, a group of bars for each metric. */
export function plot ({ implementations, samples }: Results): string {
  const summaries = summarizeSamples(samples).filter(({ security, pairs }) => security === 'noise' && pairs[BASE] != null)
  const rowHeight = BARS.length * BAR_HEIGHT + ROW_GAP
  const height = TOP + summaries.length * rowHeight + BOTTOM
  const longest = Math.max(1, ...summaries.flatMap(summary => BARS.map(({ pair }) => timesBase(summary, pair) ?? 0)))
  const scale = (times: number): number => times / longest * (WIDTH - LABEL_WIDTH - VALUE_WIDTH)
  const baseX = (LABEL_WIDTH + scale(1)).toFixed(1)

  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12" fill="#1f2328">`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    text(16, 22, 'How many times better than go-libp2p, over /ws, noise and yamux. Longer is better; beside each bar the median.', 'font-weight="bold"'),
    ...BARS.flatMap(({ pair, colour }, index) => legend(implementations[pair] ?? pair, 16 + index * 170, colour)),
    `<line x1="${baseX}" x2="${baseX}" y1="${TOP - 6}" y2="${height - BOTTOM}" stroke="#57606a" stroke-dasharray="3 2"/>`,
    ...summaries.flatMap((summary, row) => group(summary, TOP + row * rowHeight, scale)),
    '</svg>',
    ''
  ].join('\n')
}

function group (summary: MetricSummary, y: number, scale: (times: number) => number): string[] {
  const { label, unit } = METRICS[summary.metric]
  const link = summary.rtt === 0 ? '' : `, ${summary.rtt} ms round trip`

  return [
    text(LABEL_WIDTH - 10, y + BARS.length * BAR_HEIGHT / 2 + 4, `${label}${link}`, 'text-anchor="end"'),
    ...BARS.flatMap(({ pair, colour }, index) => {
      const times = timesBase(summary, pair)
      const top = y + index * BAR_HEIGHT

      return times == null
        ? []
        : [
            `<rect x="${LABEL_WIDTH}" y="${top + 0.5}" width="${Math.max(1, scale(times)).toFixed(1)}" height="${BAR_HEIGHT - 2}" fill="${colour}"/>`,
            text(LABEL_WIDTH + scale(times) + 5, top + BAR_HEIGHT - 2, `${formatNumber(summary.pairs[pair]?.median ?? NaN)} ${unit}`, 'font-size="10"')
          ]
    })
  ]
}

function timesBase ({ metric, pairs }: MetricSummary, pair: string): number | undefined {
  const value = pairs[pair]?.median
  const base = pairs[BASE]?.median

  return value == null || base == null ? undefined : timesBetter(METRICS[metric], value, base)
}

function legend (label: string, x: number, colour: string): string[] {
  return [`<rect x="${x}" y="36" width="10" height="10" fill="${colour}"/>`, text(x + 15, 45, label)]
}

function text (x: number, y: number, content: string, attributes: string = ''): string {
  const escaped = content.replace(/[&<>]/g, character => `&#${character.charCodeAt(0)};`)

  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${attributes}>${escaped}</text>`
}
