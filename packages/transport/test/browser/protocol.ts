/** What the Node side of the browser tests has set up, as multiaddrs. */
export interface BrowserTestConfig {
  /** A libp2p node with the echo protocol, at two addresses. */
  node: [string, string]

  /** Sends back what it is sent. */
  echo: string

  /** The same over wss. */
  secureEcho: string

  /** Aborts with the libp2p error code 0x1001 at the first byte. */
  abort: string

  /** Says how the connection before to the same address ended, as JSON, once it has. */
  ends: string

  /** Reads nothing, and after a message tells how much it was sent. */
  slow: string

  /** Sends 64 MiB and closes. */
  source: string

  /** Says how much `source` has sent, to the system, for the connection before. */
  sent: string

  /** With `WebSocketStream`, where the browser has it; else it is hidden. */
  stream: boolean

  /** Nobody listens there. */
  closed: string

  /** Accepts and says nothing. */
  silent: string
}

export interface BrowserTestResult {
  title: string
  skipped?: boolean
  error?: string
}
