import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Registry } from 'prom-client'

export interface MetricsEndpoint {
  /** What Prometheus is to scrape, such as `http://127.0.0.1:9464/metrics`. */
  url: string
  close(): Promise<void>
}

/**
 * Serves what `registry` has at `/metrics`, on loopback.
 *
 * @param registry - where the host counts
 * @param port - default 0, a free one
 * @throws {Error} EADDRINUSE
 */
export async function serveMetrics (registry: Registry, port: number = 0): Promise<MetricsEndpoint> {
  const server = createServer((request, response) => {
    if (request.url !== '/metrics') {
      response.writeHead(404).end()
      return
    }

    registry.metrics().then(
      text => response.writeHead(200, { 'content-type': registry.contentType }).end(text),
      (err: Error) => response.writeHead(500).end(err.message)
    )
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    }
  }
}
