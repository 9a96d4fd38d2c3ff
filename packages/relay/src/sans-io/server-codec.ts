import { MessageFormatError, SERVER_MESSAGE } from './messages.ts'
import { FieldReader, bool, concat, id, str, utf8 } from './wire.ts'
import type { ServerMessage } from './messages.ts'

type ServerMessageType = keyof typeof SERVER_MESSAGE

const TYPES = Object.keys(SERVER_MESSAGE) as ServerMessageType[]

/** @throws {RangeError} when a string does not fit its field */
export function serializeServerMessage (message: ServerMessage): Uint8Array<ArrayBuffer> {
  return concat([Uint8Array.of(SERVER_MESSAGE[message.type]), ...fields(message)])
}

/**
 * Parses what a relay sent. `data` is a view into `message`.
 *
 * @throws {MessageFormatError}
 */
export function parseServerMessage (message: Uint8Array): ServerMessage {
  const type = TYPES[message[0] ?? -1]

  if (type === undefined) {
    throw new MessageFormatError(`no message has type ${message[0]}`)
  }

  try {
    return parse(type, new FieldReader(message))
  } catch (err) {
    throw new MessageFormatError(`malformed ${type} message`, { cause: err })
  }
}

function fields (message: ServerMessage): Uint8Array[] {
  switch (message.type) {
    case 'hello': return [bool(message.started)]
    case 'identify': return [bool(message.public), str(message.peerId), str(JSON.stringify(message.addresses)), utf8(message.key)]
    case 'listener-connection':
    case 'peer-connection': return [id(message.id), str(message.peerId), utf8(message.protocol)]
    case 'connection-closed': return [id(message.id), utf8(message.reason)]
    case 'data': return [id(message.id), message.data]
    case 'listen-refused':
    case 'listener-closed':
    case 'listening': return [utf8(message.protocol)]
    case 'peer-connection-refused': return [str(message.peer), str(message.protocol), utf8(message.error)]
    default: return [utf8(message.message)]
  }
}

function parse (type: ServerMessageType, reader: FieldReader): ServerMessage {
  switch (type) {
    case 'hello': return { type, started: reader.bool() }
    case 'identify': return { type, public: reader.bool(), peerId: reader.str(), addresses: addressList(reader.str()), key: reader.text() }
    case 'listener-connection':
    case 'peer-connection': return { type, id: reader.id(), peerId: reader.str(), protocol: reader.text() }
    case 'connection-closed': return { type, id: reader.id(), reason: reader.text() }
    case 'data': return { type, id: reader.id(), data: reader.bytes() }
    case 'listen-refused':
    case 'listener-closed':
    case 'listening': return { type, protocol: reader.text() }
    case 'peer-connection-refused': return { type, peer: reader.str(), protocol: reader.str(), error: reader.text() }
    default: return { type, message: reader.text() }
  }
}

function addressList (json: string): string[] {
  const addresses: unknown = JSON.parse(json)

  if (!Array.isArray(addresses) || !addresses.every(address => typeof address === 'string')) {
    throw new TypeError('ADDRESSES is not a list of strings')
  }

  return addresses
}
