/** Name and message of an error and of what caused it, in one line. */
export function describeError (err: any): string {
  const causes: unknown[] = [...(err?.errors ?? []), ...(err?.cause == null ? [] : [err.cause])]
  const own = `${err?.name ?? 'Error'}: ${err?.message || err?.code || String(err)}`

  return causes.length === 0 ? own : `${own} (${causes.map(describeError).join('; ')})`
}
