import { onConnections, swallow } from './break.ts'
import type { BrokenTransport } from './broken-transport.ts'

export const backPressure: BrokenTransport[] = [{
  fault: 'buffers without bound: send never returns false',
  caughtBy: ['send says when to wait, and drain says when to go on', 'a reader that pauses stops the writer at the far end, and nothing is lost'],
  break: onConnections(connection => {
    const send = connection.sendData.bind(connection)
    connection.sendData = data => ({ ...send(data), canSendMore: true })
  })
}, {
  fault: 'never emits drain',
  caughtBy: ['send says when to wait, and drain says when to go on'],
  break: onConnections(connection => { swallow(connection, 'drain') })
}, {
  fault: 'pause does not reach the far end, and the reader\'s buffer overflows',
  caughtBy: ['a reader that pauses stops the writer at the far end, and nothing is lost'],
  break: onConnections(connection => { connection.sendPause = () => {} })
}, {
  fault: 'emits messages while paused',
  caughtBy: ['pause holds messages back, resume lets them go in their order'],
  break: onConnections(connection => {
    connection.pause = () => {}
    connection.resume = () => {}
  })
}, {
  fault: 'loses what came while paused',
  caughtBy: ['pause holds messages back, resume lets them go in their order'],
  break: onConnections(connection => {
    const onData = connection.onData.bind(connection)
    connection.sendPause = () => {}
    connection.onData = data => {
      if (connection.readStatus !== 'paused') {
        onData(data)
      }
    }
  })
}, {
  fault: 'close ignores its signal',
  caughtBy: ['close gives up when its signal aborts, while the far end does not read'],
  break: onConnections(connection => {
    const close = connection.close.bind(connection)
    connection.close = async () => close()
  })
}, {
  fault: 'abort leaves those waiting who wait for drain',
  caughtBy: ['abort frees a writer that waits'],
  break: onConnections(connection => {
    const onDrain = connection.onDrain.bind(connection)
    connection.onDrain = async options => onDrain(options).catch(async () => new Promise<void>(() => {}))
  })
}]
