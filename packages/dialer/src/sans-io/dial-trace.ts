import type { DialTrace, DialTraceRecord } from '@libp2p-ws/core'

/** A snapshot. */
export function copyTrace (trace: DialTrace): DialTrace {
  return { ...trace, records: trace.records.map(copyRecord) }
}

/** A snapshot. */
export function copyRecord (record: DialTraceRecord): DialTraceRecord {
  return { ...record, phases: record.phases.map(phase => ({ ...phase })) }
}
