import { expect } from 'aegir/chai'
import { PingTimeout } from '../src/connections/ping-timeout.ts'

describe('PingTimeout', () => {
  const { now } = Date
  let time = 0

  beforeEach(() => {
    Date.now = () => time
  })

  afterEach(() => {
    Date.now = now
  })

  /** The average forgets what is long ago, compared with its interval. */
  function record (timeout: PingTimeout, ms: number, isAnswered: boolean): void {
    time += 1_000_000
    timeout.record(ms, isAnswered)
  }

  it('is the least at first, and never above the most', () => {
    const timeout = new PingTimeout({}, undefined)
    expect(timeout.current).to.equal(5_000)
    record(timeout, 1_000, true)
    expect(timeout.current).to.equal(5_000)
    record(timeout, 1_000_000, true)

    expect(timeout.current).to.equal(60_000)
  })

  it('is a little longer than answers take, and longer still after one that did not come', () => {
    const timeout = new PingTimeout({}, undefined)
    record(timeout, 10_000, true)
    expect(timeout.current).to.equal(12_000)
    record(timeout, 12_000, false)

    expect(timeout.current).to.equal(28_800)
  })

  it('takes other bounds and factors', () => {
    const timeout = new PingTimeout({ minTimeout: 10, maxTimeout: 100, timeoutMultiplier: 2, failureMultiplier: 3 }, undefined)
    expect(timeout.current).to.equal(10)
    record(timeout, 10, true)
    expect(timeout.current).to.equal(20)
    record(timeout, 15, false)
    expect(timeout.current).to.equal(90)
    record(timeout, 90, false)

    expect(timeout.current).to.equal(100)
  })

  it('tells metrics of answers and of those that did not come, by js-libp2p\'s names', () => {
    const told: Array<Record<string, number>> = []
    const metrics: any = { registerMetricGroup: (name: string) => ({ update: (values: Record<string, number>) => { told.push({ [name]: 1, ...values }) } }) }
    const timeout = new PingTimeout({}, metrics)
    record(timeout, 7, true)
    record(timeout, 9, false)

    expect(told[0]).to.include({ libp2p_connection_monitor_ping_time_milliseconds: 1, success: 7, successMovingAverage: 7 })
    expect(told[1]).to.include({ failure: 9, failureMovingAverage: 9 })
    expect(told[0]).to.include.keys('successDeviation', 'successForecast', 'successVariance')
  })
})
