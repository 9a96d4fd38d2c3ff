import { nextMask } from '../../src/node/mask-source.ts'
import { FrameParser, FrameWriter } from '../../src/sans-io/index.ts'
import type { FrameOutput } from '../../src/sans-io/index.ts'
import type net from 'node:net'

const NO_STATUS = 1005

/** Sends each message back as it came, as the Autobahn suite wants it. */
export function echo (socket: net.Socket, side: 'client' | 'server', head: Uint8Array): void {
  const parser = new FrameParser({ masked: side === 'server', maxPayload: 64 * 1024 * 1024, boundaries: true })
  const writer = new FrameWriter({ maxFrameBytes: Infinity, shortBytes: 1024, nextMask: side === 'client' ? nextMask : undefined })
  let message: Uint8Array[] = []
  const send = (chunks: Uint8Array[]): void => { chunks.forEach(chunk => { socket.write(chunk) }) }

  const handle = (output: FrameOutput): void => {
    switch (output.type) {
      case 'payload':
        message.push(output.bytes)
        break
      case 'end':
        send(writer.frame(output.opcode, message))
        message = []
        break
      case 'ping':
        send(writer.pong(output.payload))
        break
      case 'close':
        send(writer.close(output.code === NO_STATUS ? undefined : output.code))
        socket.end()
        break
      case 'violation':
        send(writer.close(output.code))
        socket.end()
        break
      default:
    }
  }
  const onData = (bytes: Uint8Array): void => {
    parser.handleData(bytes)

    for (let output = parser.pollOutput(); output !== undefined; output = parser.pollOutput()) {
      handle(output)
    }
  }

  socket.on('error', () => {})
  socket.on('data', onData)
  socket.on('end', () => { socket.end() })
  onData(head)
}
