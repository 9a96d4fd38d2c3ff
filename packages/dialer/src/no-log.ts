import type { Logger } from '@libp2p/interface'

/** For hosts that give no logger. */
export const NO_LOG: Logger = Object.assign(() => {}, { error: () => {}, trace: () => {}, enabled: false, newScope: () => NO_LOG })
