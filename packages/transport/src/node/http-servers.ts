import http from 'node:http'
import https from 'node:https'
import { CertificateFiles } from './certificate-files.ts'
import { certificateNames } from './certificate.ts'
import { Http2Servers } from './http2-servers.ts'
import type { FirstProtocol } from './first-bytes.ts'
import type { WebSocketsInit } from '../options.ts'
import type { Logger, TLSCertificate } from '@libp2p/interface'
import type http2 from 'node:http2'
import type net from 'node:net'
import type tls from 'node:tls'

export interface HttpServersInit {
  options: WebSocketsInit
  log: Logger
  onRequest(request: http.IncomingMessage, response: http.ServerResponse): void
  onUpgrade(request: http.IncomingMessage, socket: net.Socket, head: Buffer, secure: boolean): void
  onTlsError(): void
}

/** The HTTP servers of one port. They do not listen: sockets are handed to them. */
export class HttpServers {
  readonly #init: HttpServersInit
  readonly #certificateFiles: CertificateFiles | undefined
  #http2: Http2Servers | undefined
  #http: http.Server | undefined
  #http2Plain: http2.Http2Server | undefined
  #https: https.Server | http2.Http2SecureServer | undefined

  constructor (init: HttpServersInit) {
    const { certificateFiles } = init.options
    this.#init = init
    this.#certificateFiles = certificateFiles === undefined ? undefined : new CertificateFiles(certificateFiles)
  }

  /** Loads what the options want beside the usual. Comes first. */
  async load (): Promise<void> {
    const { http2, requestHandler } = this.#init.options

    if (http2 === true && requestHandler !== undefined) {
      this.#http2 ??= await Http2Servers.load()
    }
  }

  /** Who takes sockets that begin so. Undefined when nobody does. */
  serverFor (protocol: FirstProtocol): net.Server | undefined {
    if (protocol === 'tls') {
      return this.#https
    }

    return protocol === 'http2' ? this.#http2Plain ?? this.#http : this.#http
  }

  servePlain (): void {
    const options = this.#init.options.http ?? {}

    this.#http ??= this.#serve(http.createServer(options), false)
    this.#http2Plain ??= this.#http2 && this.#serve(this.#http2.createPlain(options), false)
  }

  /** @throws {Error} when the certificate cannot be used */
  serveSecure (certificate?: TLSCertificate): void {
    if (this.#https !== undefined) {
      return
    }

    const options = { ...this.#tlsOptions(), ...certificate }
    const server: tls.Server = this.#http2?.createSecure(options) ?? https.createServer(options)
    server.on('secureConnection', socket => { socket.on('error', () => {}) })
    server.on('tlsClientError', (err, socket) => {
      this.#init.onTlsError()
      this.#init.log('TLS handshake failed - %e', err)
      socket.destroy()
    })
    this.#https = this.#serve(server as https.Server, true)
    this.#certificateFiles?.watch(() => { this.#reloadCertificate() })
  }

  /**
   * Serves TLS with this certificate, from the next handshake on. Where the
   * options bring a certificate, this one is for those who ask for its names.
   *
   * @throws {Error} when it cannot be used
   */
  addCertificate (certificate: TLSCertificate): void {
    if (this.#https === undefined) {
      this.serveSecure(certificate)
    } else if (this.#tlsOptions().cert === undefined) {
      this.#https.setSecureContext({ ...this.#tlsOptions(), ...certificate })
    }

    for (const name of certificateNames(certificate.cert)) {
      this.#https?.addContext(name, certificate)
    }
  }

  close (): void {
    this.#certificateFiles?.close()
    this.#http?.close()
    this.#http2Plain?.close()
    this.#https?.close()
  }

  #tlsOptions (): https.ServerOptions {
    const { http, https } = this.#init.options

    return { ...(https ?? http), ...this.#certificateFiles?.read() }
  }

  #reloadCertificate (): void {
    try {
      this.#https?.setSecureContext(this.#tlsOptions())
      this.#init.log('certificate files were read again')
    } catch (err: any) {
      // Half written, or one of the two is not there yet: the next change is seen too.
      this.#init.log.error('certificate files not usable - %e', err)
    }
  }

  #serve <Server extends net.Server> (server: Server, secure: boolean): Server {
    server.on('request', this.#init.onRequest)

    if (this.#init.options.requestHandler !== undefined) {
      // A server that is handed its sockets never listens, and Node watches
      // headersTimeout and requestTimeout from then on only.
      server.emit('listening')
    }

    server.on('upgrade', (request: http.IncomingMessage, socket: net.Socket, head: Buffer) => {
      this.#init.onUpgrade(request, socket, head, secure)
    })

    return server
  }
}
