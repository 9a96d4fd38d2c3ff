import { CLIENT_MESSAGE, MessageFormatError } from './messages.ts'
import { FieldReader, MAX_STRING_LENGTH, bool, concat, id, str, utf8 } from './wire.ts'
import type { ClientMessage, ConnectMessage } from './messages.ts'

/** '/', with which a protocol begins: what tells seed 002's form from the code's. */
const SLASH = 0x2f

/** '+', the lowest character of base64. */
const LOWEST_BASE64 = 0x2b

/** The names that zot/libp2p-websocket has for the types, in their order. */
const NAMES = ['cmsgStart', 'cmsgListen', 'cmsgStop', 'cmsgClose', 'cmsgData', 'cmsgConnect']

const PARSERS = [parseStart, parseListen, parseStop, parseClose, parseData, parseConnect]

/**
 * Parses what a browser sent. Start, Stop and Connect are also taken in the
 * form that seed 002's text gives them, where it differs from what its code
 * speaks and the two can be told apart.
 *
 * `data` is a view into `message`.
 *
 * @throws {MessageFormatError} `Bad message format for cmsg…`
 */
export function parseClientMessage (message: Uint8Array): ClientMessage {
  const type = message[0]

  if (type === undefined) {
    throw new MessageFormatError('Bad message format: the message is empty')
  }

  const parse = PARSERS[type]

  if (parse === undefined) {
    throw new MessageFormatError(`Bad message format: no message has type ${type}`)
  }

  try {
    return parse(message)
  } catch (err) {
    throw new MessageFormatError(`Bad message format for ${NAMES[type]}`, { cause: err })
  }
}

/**
 * In the form that the original code speaks; a Connect that names a relay, in
 * seed 002's, which alone has room for it.
 *
 * @throws {RangeError} when a string does not fit its field
 */
export function serializeClientMessage (message: ClientMessage): Uint8Array<ArrayBuffer> {
  return concat([Uint8Array.of(CLIENT_MESSAGE[message.type]), ...fields(message)])
}

function fields (message: ClientMessage): Uint8Array[] {
  switch (message.type) {
    case 'start': return [utf8(message.key)]
    case 'listen': return [bool(message.frames), utf8(message.protocol)]
    case 'stop': return [bool(message.retain), utf8(message.protocol)]
    case 'close': return [id(message.id)]
    case 'data': return [id(message.id), message.data]
    default: return connectFields(message)
  }
}

function connectFields ({ frames, relay, connectOnly, protocol, peer }: ConnectMessage): Uint8Array[] {
  if (relay === '') {
    return [bool(frames), bool(connectOnly), str(protocol), utf8(peer)]
  }

  if (!/^\/.{0,254}$/su.test(protocol) || utf8(protocol).length > 255) {
    throw new RangeError(`protocol "${protocol}" must begin with / and have at most 255 bytes when a relay is named`)
  }

  return [bool(frames), str(protocol), str(relay), utf8(peer)]
}

function parseStart (message: Uint8Array): ClientMessage {
  const key = message.subarray(1)

  if (key.length > 0 && (key[0] ?? 0) < LOWEST_BASE64) {
    return { type: 'start', key: parsePrefixedKey(message) }
  }

  return { type: 'start', key: new FieldReader(message).text() }
}

/** Seed 002's `[KEY: str]`. */
function parsePrefixedKey (message: Uint8Array): string {
  const reader = new FieldReader(message)
  const key = reader.str()
  reader.end()

  return key
}

function parseListen (message: Uint8Array): ClientMessage {
  const reader = new FieldReader(message)

  return { type: 'listen', frames: reader.bool(), protocol: filled(reader.text()) }
}

function parseStop (message: Uint8Array): ClientMessage {
  const reader = new FieldReader(message)
  const retain = message[1] !== SLASH && reader.bool()

  return { type: 'stop', retain, protocol: filled(reader.text()) }
}

function parseClose (message: Uint8Array): ClientMessage {
  const reader = new FieldReader(message)
  const id = reader.id()
  reader.end()

  return { type: 'close', id }
}

function parseData (message: Uint8Array): ClientMessage {
  const reader = new FieldReader(message)
  const id = reader.id()
  const data = reader.bytes()

  if (data.length === 0) {
    throw new RangeError('no data')
  }

  return { type: 'data', id, data }
}

/**
 * Byte 3 is the high byte of PROTOCOL's length in the code's form and the low
 * byte in seed 002's, so 0 settles it. Otherwise a message that reads well in
 * the code's form is taken so: that is what real clients send.
 */
function parseConnect (message: Uint8Array): ClientMessage {
  if (message[3] === 0) {
    return parseCodeConnect(message)
  }

  try {
    const connect = parseCodeConnect(message)

    if (connect.protocol.startsWith('/')) {
      return connect
    }
  } catch {
    // Then it has to be the other form, whose error is the one to report.
  }

  return parseSeedConnect(message)
}

/** [FRAMES][RELAY 1][PROTOCOL str][PEERID rest] */
function parseCodeConnect (message: Uint8Array): ConnectMessage {
  const reader = new FieldReader(message)
  const frames = reader.bool()
  const connectOnly = reader.bool()

  return { type: 'connect', frames, connectOnly, relay: '', protocol: filled(reader.str()), peer: peerText(reader) }
}

/** [FRAMES][PROTOCOL str][RELAY str][PEERID rest] */
function parseSeedConnect (message: Uint8Array): ConnectMessage {
  const reader = new FieldReader(message)
  const frames = reader.bool()

  return { type: 'connect', frames, connectOnly: false, protocol: filled(reader.str()), relay: reader.str(), peer: peerText(reader) }
}

/** Peer Connection Refused gives it back as a `str`, so it must fit one. */
function peerText (reader: FieldReader): string {
  const text = filled(reader.text())

  if (utf8(text).length > MAX_STRING_LENGTH) {
    throw new RangeError('PEERID is too long')
  }

  return text
}

function filled (text: string): string {
  if (text === '') {
    throw new RangeError('empty field')
  }

  return text
}
