/** Source: multiaddr http-path spec: a `segment-nz` of RFC 3986 section 3.3. */
const ESCAPED = /^(?:[a-z0-9\-._~!$&'()*+,;=:@]|%[0-9a-f]{2})+$/i

/** What has to be escaped in the path of a URL (RFC 3986 section 3.3); an escape stays as it is. */
const NOT_IN_URL = /%(?![0-9A-Fa-f]{2})|[^A-Za-z0-9\-._~!$&'()*+,;=:@/%]/gu

// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f]/

/** The path that is written `/http-path/TEXT`, with its leading slash; undefined where the text is none. */
export function unescapePath (text: string): string | undefined {
  if (!ESCAPED.test(text)) {
    return
  }

  try {
    return `/${decodeURIComponent(text)}`
  } catch {
    // Escapes that are no UTF-8.
  }
}

/** The text after `/http-path/` for a path. */
export function escapePath (path: string): string {
  return encodeURIComponent(path.slice(1))
}

/** Control characters could end the request line, and a lone surrogate has no bytes. */
export function isHttpPath (path: string): boolean {
  return path.startsWith('/') && !CONTROL.test(path) && path.isWellFormed()
}

/** The path as a URL has it. */
export function pathToUrl (path: string): string {
  return path.replace(NOT_IN_URL, encodeURIComponent)
}
