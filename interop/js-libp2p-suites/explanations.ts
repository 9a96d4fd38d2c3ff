const WEBRTC = 'WebRTC transport interface compliance interface-transport'
const SLOW = 'took longer than its time on a busy machine, which happens to either; on an idle one both pass it'

/** Why a test fails, by its full title. */
export const EXPLANATIONS = new Map([
  [`${WEBRTC} can close connections`, SLOW],
  [`${WEBRTC} should close all streams when the connection closes`, SLOW],
  [`${WEBRTC} should handle one big write`, SLOW],
  [`${WEBRTC} should listen on multiple addresses`, SLOW],
  ['identify should append UserAgent information to default AGENT_VERSION', 'wants the version of an unreleased js-libp2p, 0.0.0']
])
