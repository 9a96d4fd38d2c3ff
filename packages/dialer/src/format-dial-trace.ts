import { milliseconds, SPAN_LABELS, traceEnd, traceRows, traceTitle } from './trace-layout.ts'
import type { Span, SpanKind } from './trace-layout.ts'
import type { DialTrace } from '@libp2p-ws/core'

export interface FormatDialTraceOptions {
  /** Characters the time axis takes. Default 40. */
  width?: number
}

const MARKS: Record<SpanKind, string> = { waiting: '.', queued: ':', connecting: '-', handshake: '=' }
const LONGEST_ADDRESS = 48

/**
 * Draws a dial for the terminal: a line for each address, time from left to
 * right, and what became of it. Plain ASCII, no colors.
 */
export function formatDialTrace (trace: DialTrace, { width = 40 }: FormatDialTraceOptions = {}): string {
  const rows = traceRows(trace)
  const end = traceEnd(trace)
  const addresses = rows.map(({ record }) => shortened(record.address))
  const column = Math.max(0, ...addresses.map(address => address.length))
  const sources = Math.max(0, ...rows.map(({ record }) => record.source.length))
  const lines = rows.map(({ record, spans, result }, i) => {
    return `  ${(addresses[i] ?? '').padEnd(column)}  ${record.source.padEnd(sources)}  |${bar(spans, end, width)}|  ${result}`
  })

  return [
    traceTitle(trace),
    ...lines,
    `  ${' '.repeat(column + sources + 2)}  0${milliseconds(end).padStart(width)}`,
    `  ${legend()}`
  ].join('\n')
}

function bar (spans: Span[], end: number, width: number): string {
  const cells = new Array<string>(width).fill(' ')

  for (const { kind, from, to } of spans) {
    // whatever happened is seen, however short it was
    const first = Math.min(width - 1, Math.floor(from / end * width))
    const last = Math.max(first, Math.ceil(to / end * width) - 1)
    cells.fill(MARKS[kind], first, last + 1)
  }

  return cells.join('')
}

function legend (): string {
  return Object.entries(SPAN_LABELS).map(([kind, label]) => `${MARKS[kind as SpanKind]} ${label}`).join('   ')
}

function shortened (address: string): string {
  return address.length <= LONGEST_ADDRESS ? address : `${address.slice(0, LONGEST_ADDRESS - 3)}...`
}
