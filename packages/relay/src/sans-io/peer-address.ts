import { decodeAscii85, encodeAscii85 } from './ascii85.ts'
import { utf8 } from './wire.ts'

const PREFIX = '/addrs/'

/** A peer and where it is. Seed 002, "Including peer addresses with the peerid". */
export interface PeerAddress {
  peerId: string

  /** Multiaddrs without /p2p. */
  addresses: string[]
}

export function isPeerAddressText (text: string): boolean {
  return text.startsWith(PREFIX)
}

/** `/addrs/BASE85JSON`: what users of the chat exchange, and what Connect takes. */
export function formatPeerAddress ({ peerId, addresses }: PeerAddress): string {
  return PREFIX + encodeAscii85(utf8(JSON.stringify({ peerID: peerId, addrs: addresses })))
}

/**
 * Keys are compared without case and others ignored, as Go's `encoding/json`
 * does. A peer id that is missing comes back as ''.
 *
 * @throws {Error} when `text` is not /addrs/, ascii85 and a JSON object
 */
export function parsePeerAddress (text: string): PeerAddress {
  if (!isPeerAddressText(text)) {
    throw new SyntaxError(`"${text}" does not begin with ${PREFIX}`)
  }

  const bytes = decodeAscii85(text.slice(PREFIX.length))
  const json: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))

  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new TypeError('not a JSON object')
  }

  const fields = new Map(Object.entries(json).map(([key, value]) => [key.toLowerCase(), value as unknown]))

  return { peerId: textField(fields.get('peerid')), addresses: listField(fields.get('addrs')) }
}

function textField (value: unknown): string {
  if (value !== undefined && value !== null && typeof value !== 'string') {
    throw new TypeError('peerID is not a string')
  }

  return value ?? ''
}

function listField (value: unknown): string[] {
  const list = value ?? []

  if (!Array.isArray(list) || !list.every(item => typeof item === 'string')) {
    throw new TypeError('addrs is not a list of strings')
  }

  return list
}
