/** In the place of the package go-libp2p, which downloads the daemon: where ours is. */
export function path (): string {
  return process.env.SUITES_DAEMON ?? ''
}
