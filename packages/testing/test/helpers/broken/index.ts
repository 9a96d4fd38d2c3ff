import { addresses } from './addresses.ts'
import { backPressure } from './back-pressure.ts'
import { bytes } from './bytes.ts'
import { dialing } from './dialing.ts'
import { ending } from './ending.ts'
import { listening } from './listening.ts'
import { streams } from './streams.ts'
import type { BrokenTransport } from './broken-transport.ts'

export const brokenTransports: readonly BrokenTransport[] = [...addresses, ...dialing, ...listening, ...bytes, ...backPressure, ...ending, ...streams]
