import process from 'node:process'
import * as pkg from './version.ts'

/** `<name>/<version> <runtime>/<its version>`, which identify tells other peers. */
export function userAgent (name: string = pkg.name, version: string = pkg.version): string {
  const { bun, deno, electron, node } = process.versions
  const runtime = Object.entries({ electron, bun, deno }).find(([, installed]) => installed != null)

  return `${name}/${version} ${runtime?.[0] ?? 'node'}/${(runtime?.[1] ?? node).replaceAll('v', '')}`
}
