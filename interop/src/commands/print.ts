/** Writes one JSON document on a line of standard output. */
export function print (document: object): void {
  process.stdout.write(`${JSON.stringify(document)}\n`)
}
