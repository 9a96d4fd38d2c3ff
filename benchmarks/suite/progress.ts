/** One line that says what is measured and how much of it is done; a line each where nobody watches. */
export class Progress {
  private readonly total: number
  private done: number = 0
  private readonly start: number = performance.now()

  constructor (total: number) {
    this.total = total
  }

  /** One more is about to be measured. */
  next (what: string): void {
    const seconds = Math.round((performance.now() - this.start) / 1_000)
    this.print(`${(++this.done).toString().padStart(4)} of ${this.total}, ${seconds} s: ${what}`)
  }

  /** A line of its own, which stays. */
  note (text: string): void {
    process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${text}\n` : `${text}\n`)
  }

  end (): void {
    process.stderr.isTTY && process.stderr.write('\r\x1b[K')
  }

  private print (text: string): void {
    process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${text}` : `${text}\n`)
  }
}
