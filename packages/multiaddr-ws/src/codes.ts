/** Multicodec of `/ws`. Source: multiformats/multiaddr protocols.csv; seed 000. */
export const WS_CODE = 477

/** Multicodec of `/wss`, the alias of `/tls/ws`. Source: multiformats/multiaddr protocols.csv. */
export const WSS_CODE = 478
