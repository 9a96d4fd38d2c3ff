/** What suites have for `libp2p`: ours, with what the run was told to set. */
import { pathToFileURL } from 'node:url'

const { SUITES_DIAL_BACKOFF, SUITES_HOST = '' } = process.env
const host = await import(pathToFileURL(`${SUITES_HOST}/index.js`).href)

export const { dnsaddrResolver, isLibp2p } = host

export async function createLibp2p (options: any = {}): Promise<unknown> {
  if (SUITES_DIAL_BACKOFF === 'true') {
    options.connectionManager = { dialBackoff: true, ...options.connectionManager }
  }

  return host.createLibp2p(options)
}
