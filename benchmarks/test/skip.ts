import { existsSync } from 'node:fs'

/** For `before`: says so, and skips, where a process cannot be looked at. */
export function skipWithoutProc (this: Mocha.Context): void {
  if (!existsSync('/proc/self/smaps_rollup')) {
    process.stdout.write('skipped: no /proc\n')
    this.skip()
  }
}
