// wrapped errors are rarely deeper, and a cause may be a cycle
const MAX_CAUSES = 5

/** The codes of `error` and of its causes, outermost first. */
export function errorCodes (error: unknown): string[] {
  const codes: string[] = []
  let cause: any = error

  for (let i = 0; i < MAX_CAUSES && cause != null; i++) {
    if (typeof cause.code === 'string') {
      codes.push(cause.code)
    }

    cause = cause.cause
  }

  return codes
}
