/**
 * multistream-select 1.0: which protocol two ends speak. Drivers for channels and
 * streams; `@libp2p-ws/multistream/sans-io` has the protocol without any I/O.
 */
export { handleOnChannel, proposeOnChannel, selectOnChannel } from './on-channel.ts'
export type { Proposal } from './on-channel.ts'
export { handleOnStream, isNegotiable, selectLazily, selectOnStream } from './on-stream.ts'
export { MultistreamError } from './sans-io/errors.ts'
export type { MultistreamErrorCode } from './sans-io/errors.ts'
