/** What was added, and where it can be had. */
export interface Added {
  /** Of the node that has it, with its peer id. */
  address: string
  cid: string
  sha256: string
}

/** What was fetched. */
export interface Got {
  sha256: string
  bytes: number

  /** The user agent of the node that fetched it. */
  agent: string
}

/** A node that gives or takes a file. */
export interface Party {
  /** Adds random bytes. */
  add(mebibytes: number): Promise<Added>

  /** Connects to `address` and fetches what is under `cid`. */
  get(address: string, cid: string): Promise<Got>

  stop(): Promise<void>
}

export interface PartyKind {
  /** Such as `helia 6 on libp2p-ws`. */
  name: string
  start(): Promise<Party>
}
