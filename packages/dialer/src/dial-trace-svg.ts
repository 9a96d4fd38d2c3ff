import { milliseconds, SPAN_LABELS, traceEnd, traceRows, traceTitle } from './trace-layout.ts'
import type { SpanKind, TraceRow } from './trace-layout.ts'
import type { DialTrace } from '@libp2p-ws/core'

export interface DialTraceSvgOptions {
  /** Of the whole picture, px. Default 960. */
  width?: number
}

// Okabe and Ito's palette, which color-blind readers can tell apart
const COLORS: Record<SpanKind, string> = { waiting: '#dddddd', queued: '#e69f00', connecting: '#56b4e9', handshake: '#0072b2' }
const WON = '#009e73'
const LOST = '#d55e00'
const ROW = 20
const ADDRESS_WIDTH = 330
const RESULT_WIDTH = 220
const STYLE = 'font: 12px ui-monospace, monospace'

/** Of that font, px. */
const CHARACTER_WIDTH = 7.3

/** Draws a dial as an SVG document of its own: what `formatDialTrace` draws in a terminal. */
export function dialTraceSvg (trace: DialTrace, { width = 960 }: DialTraceSvgOptions = {}): string {
  const rows = traceRows(trace)
  const end = traceEnd(trace)
  const scale = (width - ADDRESS_WIDTH - RESULT_WIDTH) / end
  const height = (rows.length + 3) * ROW
  const title = escape(traceTitle(trace))

  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" style="${STYLE}">`,
    `<title>${title}</title>`,
    text(8, 0, title),
    ...rows.flatMap((row, i) => drawRow(row, i + 1, scale)),
    text(ADDRESS_WIDTH, rows.length + 1, '0'),
    text(width - RESULT_WIDTH, rows.length + 1, milliseconds(end), 'end'),
    ...legend(rows.length + 2),
    '</svg>'
  ].join('\n')
}

function drawRow ({ record, spans, result }: TraceRow, row: number, scale: number): string[] {
  const bars = spans.map(({ kind, from, to }) => {
    return rect(ADDRESS_WIDTH + from * scale, row, Math.max(1, (to - from) * scale), COLORS[kind])
  })
  const isOver = record.phase === 'succeeded' || record.phase === 'failed'
  const mark = isOver ? [rect(ADDRESS_WIDTH + (record.ended ?? 0) * scale - 1, row, 3, record.phase === 'succeeded' ? WON : LOST)] : []
  const label = `<g><title>${escape(`${record.address} from ${record.source}${record.error === undefined ? '' : `: ${record.error.message}`}`)}</title>${text(8, row, escape(clip(record.address, 44)))}</g>`

  return [label, ...bars, ...mark, `<svg x="100%" overflow="visible">${text(-RESULT_WIDTH + 8, row, escape(clip(result, 28)))}</svg>`]
}

function legend (row: number): string[] {
  const kinds = Object.entries(SPAN_LABELS).map(([kind, label]): [string, string] => [label, COLORS[kind as SpanKind]])
  let x = 8

  return [...kinds, ['connected', WON] as const, ['failed', LOST] as const].flatMap(([label, color]) => {
    const entry = [rect(x, row, 12, color), text(x + 18, row, label)]
    x += 18 + label.length * CHARACTER_WIDTH + 20

    return entry
  })
}

function rect (x: number, row: number, width: number, color: string): string {
  return `<rect x="${x.toFixed(1)}" y="${row * ROW + 5}" width="${width.toFixed(1)}" height="${ROW - 8}" fill="${color}"/>`
}

function text (x: number, row: number, content: string, anchor = 'start'): string {
  return `<text x="${x}" y="${row * ROW + 15}" text-anchor="${anchor}" fill="currentColor">${content}</text>`
}

function clip (value: string, length: number): string {
  return value.length <= length ? value : `${value.slice(0, length - 1)}…`
}

function escape (value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
