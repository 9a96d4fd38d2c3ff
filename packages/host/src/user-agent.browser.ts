import * as pkg from './version.ts'

/** `<name>/<version> browser/<the browser's user agent>`, which identify tells other peers. */
export function userAgent (name: string = pkg.name, version: string = pkg.version): string {
  return `${name}/${version} browser/${globalThis.navigator.userAgent}`
}
