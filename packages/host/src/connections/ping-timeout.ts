import { MovingAverage } from '@libp2p/utils'
import type { MetricGroup, Metrics } from '@libp2p/interface'

/** `connectionMonitor.pingTimeout` of `Libp2pInit`, with js-libp2p's defaults. */
export interface PingTimeoutInit {
  /** Ms over which answers are averaged. Default 5,000. */
  interval?: number

  /** How much longer than the average an answer may take. Default 1.2. */
  timeoutMultiplier?: number

  /** How much longer a ping without an answer counts than it was waited for. Default 2. */
  failureMultiplier?: number

  /** Ms. Default 5,000. */
  minTimeout?: number

  /** Ms. Default 60,000. */
  maxTimeout?: number
}

/** How long to wait for the answer to a ping: a little longer than those before took, whoever they were of. */
export class PingTimeout {
  readonly #init: PingTimeoutInit
  readonly #metric: MetricGroup | undefined
  readonly #next: MovingAverage
  readonly #success: MovingAverage
  readonly #failure: MovingAverage

  constructor (init: PingTimeoutInit, metrics: Metrics | undefined) {
    const { interval = 5_000 } = init
    this.#init = init
    this.#metric = metrics?.registerMetricGroup('libp2p_connection_monitor_ping_time_milliseconds')
    this.#next = new MovingAverage(interval)
    this.#success = new MovingAverage(interval)
    this.#failure = new MovingAverage(interval)
  }

  /** Ms. */
  get current (): number {
    const { maxTimeout = 60_000, minTimeout = 5_000, timeoutMultiplier = 1.2 } = this.#init

    return Math.min(maxTimeout, Math.max(minTimeout, Math.round(this.#next.movingAverage * timeoutMultiplier)))
  }

  /** A ping was over after `ms`. */
  record (ms: number, isAnswered: boolean): void {
    const { failureMultiplier = 2 } = this.#init
    const [name, average] = isAnswered ? ['success', this.#success] as const : ['failure', this.#failure] as const
    average.push(ms)
    this.#next.push(isAnswered ? ms : ms * failureMultiplier)
    this.#metric?.update({
      [`${name}MovingAverage`]: average.movingAverage,
      [`${name}Deviation`]: average.deviation,
      [`${name}Forecast`]: average.forecast,
      [`${name}Variance`]: average.variance,
      [name]: ms
    })
  }
}
