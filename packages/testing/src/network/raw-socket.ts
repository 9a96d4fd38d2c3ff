import { Uint8ArrayList } from 'uint8arraylist'
import type { WireEnd } from './wire.ts'
import type { RawSocket } from '../suite/suite-case.ts'

/** A socket for whoever cares neither for what comes nor for back-pressure. */
export function toRawSocket (end: WireEnd): RawSocket {
  const closed = Promise.withResolvers<void>()
  end.attach({
    onData: () => {},
    onDrain: () => {},
    onEnd: () => { closed.resolve() },
    onReset: () => { closed.resolve() },
    onTimeout: () => { closed.resolve() }
  })

  return {
    write: data => { end.write(new Uint8ArrayList(data)) },
    destroy: () => { end.close() },
    closed: closed.promise
  }
}
