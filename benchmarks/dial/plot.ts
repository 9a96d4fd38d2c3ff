import { formatMs } from './results.ts'
import type { CaseResult, Results } from './results.ts'

const WIDTH = 960
const LABEL_WIDTH = 320
const VALUE_WIDTH = 150
const BAR_HEIGHT = 11
const CASE_GAP = 12
const TOP = 64
const BOTTOM = 16

/** The scale is logarithmic, from this to the longest time, ms. */
const SCALE_START = 1

const COLOURS = ['#1f6feb', '#e3a008', '#57606a']

/** Time to connect, a group of bars for each case; an outlined bar ends where the dialer gave up. */
export function plot ({ dialers, cases }: Results): string {
  const rowHeight = dialers.length * BAR_HEIGHT + CASE_GAP
  const height = TOP + cases.length * rowHeight + BOTTOM
  const longest = Math.max(...cases.flatMap(({ results }) => results.map(duration)))
  const scale = (ms: number): number => {
    const share = Math.log(Math.max(ms, SCALE_START) / SCALE_START) / Math.log(longest / SCALE_START)
    return share * (WIDTH - LABEL_WIDTH - VALUE_WIDTH)
  }

  const rows = cases.flatMap(({ name, results }, row) => {
    const y = TOP + row * rowHeight
    return [
      text(LABEL_WIDTH - 10, y + dialers.length * BAR_HEIGHT / 2 + 4, name, 'text-anchor="end"'),
      ...results.map((result, index) => bar(result, y + index * BAR_HEIGHT, scale(duration(result)), COLOURS[index] ?? '#000'))
    ]
  })

  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12" fill="#1f2328">`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    text(16, 22, 'Time to connect, ms, logarithmic. Outlined: not connected, the dialer gave up.', 'font-weight="bold"'),
    ...dialers.flatMap(({ implementation }, index) => legend(implementation, 16 + index * 170, COLOURS[index] ?? '#000')),
    ...grid(longest, height, scale),
    ...rows,
    '</svg>',
    ''
  ].join('\n')
}

/** What the bar shows: the median, or how long the dialer tried. */
function duration ({ median, runs }: CaseResult): number {
  return median ?? Math.max(...runs.map(({ ms }) => ms))
}

function bar (result: CaseResult, y: number, width: number, colour: string): string {
  const { median, connected, peers } = result
  const style = median == null ? `fill="#fff" stroke="${colour}" stroke-dasharray="3 2"` : `fill="${colour}"`
  const notAll = peers === 1 ? 'not connected' : `${connected} of ${peers} connected`
  const label = median == null ? notAll : formatMs(median)
  const length = Math.max(width, 1).toFixed(1)

  return `<rect x="${LABEL_WIDTH}" y="${y + 0.5}" width="${length}" height="${BAR_HEIGHT - 2}" ${style}/>` +
    text(LABEL_WIDTH + Math.max(width, 1) + 5, y + BAR_HEIGHT - 2, label, 'font-size="10"')
}

function legend (label: string, x: number, colour: string): string[] {
  return [`<rect x="${x}" y="34" width="10" height="10" fill="${colour}"/>`, text(x + 15, 43, label)]
}

function grid (longest: number, height: number, scale: (ms: number) => number): string[] {
  const powers = Array.from({ length: Math.floor(Math.log10(longest)) + 1 }, (_, power) => 10 ** power)

  return powers.flatMap((ms) => {
    const x = (LABEL_WIDTH + scale(ms)).toFixed(1)
    return [
      `<line x1="${x}" x2="${x}" y1="${TOP - 4}" y2="${height - BOTTOM}" stroke="#d0d7de"/>`,
      text(Number(x), TOP - 8, ms.toLocaleString('en'), 'text-anchor="middle" font-size="10"')
    ]
  })
}

function text (x: number, y: number, content: string, attributes: string = ''): string {
  const escaped = content.replace(/[&<>]/g, character => `&#${character.charCodeAt(0)};`)
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${attributes}>${escaped}</text>`
}
