export { ClockBusyError, ClockLivelockError, ClockStalledError } from './clock/errors.ts'
export { FakeClock } from './clock/fake-clock.ts'
export { systemClock } from './clock/system-clock.ts'
export type { FakeClockInit, RunUntilOptions } from './clock/fake-clock.ts'
