import { readFileSync } from 'node:fs'

/** Of the times in /proc: `getconf CLK_TCK`, 100 on every Linux. */
const TICKS_PER_SECOND = 100

const UTIME = 14
const STIME = 15

/** CPU time that a process has used, all threads, in s. Linux; resolution 10 ms. */
export function cpuSeconds (pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // The second field is the name, in brackets, and may have blanks in it.
  const fromState = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const field = (number: number): number => Number(fromState[number - 3])

  return (field(UTIME) + field(STIME)) / TICKS_PER_SECOND
}

/** Resident memory of a process, bytes. Linux. */
export function residentBytes (pid: number): number {
  const kilobytes = /^Rss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1]

  return Number(kilobytes) * 1024
}
