import type { IncomingMessage } from 'node:http'

/**
 * Whether a page may use the relay. As zot/libp2p-websocket: where there is an
 * Origin its host must be the one that was asked for; programs send none.
 * `allowedOrigins` are those that may too, such as `https://example.org`, or `*`.
 */
export function isAllowedOrigin ({ headers }: IncomingMessage, allowedOrigins: string[]): boolean {
  const { origin, host } = headers

  if (origin === undefined || allowedOrigins.includes('*') || allowedOrigins.includes(origin)) {
    return true
  }

  return host !== undefined && URL.canParse(origin) && new URL(origin).host === host.toLowerCase()
}
