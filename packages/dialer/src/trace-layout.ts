import type { DialTrace, DialTraceRecord } from '@libp2p-ws/core'

/** How a stretch of time in a waterfall is drawn. */
export type SpanKind = 'waiting' | 'queued' | 'connecting' | 'handshake'

/** For legends. */
export const SPAN_LABELS: Record<SpanKind, string> = {
  waiting: 'waiting for its turn',
  queued: 'waiting for a slot',
  connecting: 'connecting',
  handshake: 'handshake'
}

export interface Span {
  kind: SpanKind

  /** Ms since the dial began. */
  from: number
  to: number
}

/** One line of the waterfall. */
export interface TraceRow {
  record: DialTraceRecord
  spans: Span[]

  /** What became of the address, in a few words. */
  result: string
}

/** Rows in the order in which the addresses were dialed, then those that were not. */
export function traceRows (trace: DialTrace): TraceRow[] {
  const end = traceEnd(trace)

  return [...trace.records]
    .sort((a, b) => (a.started ?? Infinity) - (b.started ?? Infinity) || (a.rank ?? Infinity) - (b.rank ?? Infinity) || 0)
    .map(record => ({ record, spans: spansOf(record, end), result: resultOf(record) }))
}

/** The time that the waterfall covers, ms. Never 0. */
export function traceEnd (trace: DialTrace): number {
  const last = Math.max(0, ...trace.records.flatMap(({ phases }) => phases.map(({ at }) => at)))

  return Math.max(trace.ended ?? last, last, 1)
}

/** The first line: who, and how it went. */
export function traceTitle ({ peer, outcome, ended = 0 }: DialTrace): string {
  const how = outcome === undefined ? 'under way' : `${outcome} after ${milliseconds(ended)}`

  return `${peer === '' ? 'unknown peer' : peer}: ${how}`
}

export function milliseconds (time: number): string {
  return `${Math.round(time)} ms`
}

function spansOf ({ phases }: DialTraceRecord, end: number): Span[] {
  return phases.flatMap(({ phase, at }, i): Span[] => {
    const to = phases[i + 1]?.at ?? end

    switch (phase) {
      case 'waiting':
      case 'queued':
      case 'connecting':
        return [{ kind: phase, from: at, to }]
      case 'connected':
      case 'securing':
      case 'muxing':
        return [{ kind: 'handshake', from: at, to }]
      default:
        return []
    }
  })
}

function resultOf ({ phase, started, ended = 0, skipped, error, phases }: DialTraceRecord): string {
  const tries = phases.filter(({ phase }) => phase === 'connecting').length
  const often = tries > 1 ? ` (${tries} tries)` : ''
  const took = milliseconds(ended - (started ?? ended))

  switch (phase) {
    case 'succeeded':
      return `connected in ${took}${often}`
    case 'failed':
      return `${error?.code ?? error?.name ?? 'failed'} after ${took}${often}`
    case 'skipped':
      return `skipped: ${skipped}`
    case 'canceled':
      return started === undefined ? 'not needed' : `canceled after ${took}${often}`
    default:
      return `${phase}${often}`
  }
}
