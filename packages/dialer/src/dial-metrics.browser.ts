/** In a page there is nobody to ask for go-libp2p's metrics, which Prometheus collects from servers. */
export class DialMetrics {
  dialEnded (): void {}
}
