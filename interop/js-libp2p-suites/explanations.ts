/** Why a test fails, by its full title. */
export const EXPLANATIONS = new Map([
  ['identify should append UserAgent information to default AGENT_VERSION', 'wants the version of an unreleased js-libp2p, 0.0.0']
])
