import http from 'node:http'
import net from 'node:net'
import { InvalidValueError } from '@libp2p-ws/core'
import { getProxyForUrl } from 'proxy-from-env'
import { SocksClient } from 'socks'
import type { NetAddress } from '@libp2p-ws/core'

const DEFAULT_PORTS: Record<string, number> = {
  'http:': 80,
  'https:': 443,
  'socks4:': 1080,
  'socks4a:': 1080,
  'socks5:': 1080,
  'socks5h:': 1080,
  'socks:': 1080
}

/**
 * @param url - of the option or of the environment
 * @throws {InvalidValueError} when it names no proxy that can be used
 */
export function parseProxyUrl (url: string): URL {
  if (!URL.canParse(url)) {
    throw new InvalidValueError('proxy', url, 'the proxy is not a URL')
  }

  const parsed = new URL(url)

  if (DEFAULT_PORTS[parsed.protocol] === undefined || parsed.hostname === '') {
    // The URL may have a password in it.
    throw new InvalidValueError('proxy', parsed.protocol, `the proxy is not an http, https, socks4 or socks5 URL but ${parsed.protocol}`)
  }

  return parsed
}

/**
 * The proxy for an address: the one of the option, else the one that
 * `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` name. As in Go, the
 * environment's is not for loopback addresses.
 *
 * @throws {InvalidValueError} when it names no proxy that can be used
 */
export function proxyFor ({ host, port }: NetAddress, secure: boolean, option: string | false | undefined): URL | undefined {
  if (option === false) {
    return undefined
  }

  if (option !== undefined) {
    return parseProxyUrl(option)
  }

  if (isLoopback(host)) {
    return undefined
  }

  const url = getProxyForUrl(`${secure ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`)

  return url === '' ? undefined : parseProxyUrl(url)
}

export function proxyAddress (proxy: URL): NetAddress {
  return {
    host: proxy.hostname.replace(/^\[|\]$/g, ''),
    port: proxy.port === '' ? DEFAULT_PORTS[proxy.protocol] ?? 0 : Number(proxy.port)
  }
}

/**
 * Asks the proxy at the other end of `socket` to connect to `address`; then
 * `socket` leads there. Ends with an error when the socket does.
 *
 * @throws {Error} when the proxy refuses
 */
export async function tunnel (socket: net.Socket, proxy: URL, address: NetAddress): Promise<void> {
  await (proxy.protocol.startsWith('socks') ? tunnelSocks(socket, proxy, address) : tunnelHttp(socket, proxy, address))
}

/** RFC 9110 section 9.3.6. */
function tunnelHttp (socket: net.Socket, proxy: URL, { host, port }: NetAddress): Promise<void> {
  const authority = `${host.includes(':') ? `[${host}]` : host}:${port}`
  const credentials = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`

  return new Promise((resolve, reject) => {
    const request = http.request({
      method: 'CONNECT',
      path: authority,
      createConnection: () => socket,
      headers: {
        Host: authority,
        ...(credentials === ':' ? {} : { 'Proxy-Authorization': `Basic ${Buffer.from(credentials).toString('base64')}` })
      }
    })
    request.on('error', reject)
    request.on('response', ({ statusCode }) => { reject(new Error(`the proxy answered ${statusCode}`)) })
    request.on('connect', ({ statusCode }, _, head: Buffer) => {
      if (statusCode !== 200) {
        reject(new Error(`the proxy answered ${statusCode}`))
        return
      }

      if (head.length > 0) {
        socket.unshift(head)
      }

      resolve()
    })
    request.end()
  })
}

/** RFC 1928. Names are resolved by the proxy. */
async function tunnelSocks (socket: net.Socket, proxy: URL, { host, port }: NetAddress): Promise<void> {
  await SocksClient.createConnection({
    command: 'connect',
    existing_socket: socket,
    destination: { host, port },
    proxy: {
      ...proxyAddress(proxy),
      type: proxy.protocol.startsWith('socks4') ? 4 : 5,
      ...(proxy.username === '' ? {} : { userId: decodeURIComponent(proxy.username), password: decodeURIComponent(proxy.password) })
    }
  })
}

function isLoopback (host: string): boolean {
  return host === 'localhost' || host === '::1' || (net.isIPv4(host) && host.startsWith('127.'))
}
