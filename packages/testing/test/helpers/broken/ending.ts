import { Uint8ArrayList } from 'uint8arraylist'
import { onConnections } from './break.ts'
import type { BrokenTransport } from './broken-transport.ts'

export const ending: BrokenTransport[] = [{
  fault: 'never tells the far end of a close',
  caughtBy: ['close is seen at the far end, once, as no error'],
  break: onConnections(connection => { connection.sendClose = async () => {} })
}, {
  fault: 'never tells the far end of an abort',
  caughtBy: ['abort is seen at the far end, once'],
  break: onConnections(connection => { connection.sendReset = () => {} })
}, {
  fault: 'ends with a close where it should reset',
  caughtBy: ['abort looks unlike close at the far end'],
  break: onConnections(connection => { connection.sendReset = () => { void connection.sendClose() } })
}, {
  fault: 'resets where it should close',
  caughtBy: ['close is seen at the far end, once, as no error'],
  break: onConnections(connection => { connection.sendClose = async () => { connection.sendReset(new Error('close')) } })
}, {
  fault: 'close drops what was not sent yet',
  caughtBy: ['close delivers what was sent before it'],
  break: onConnections(connection => {
    const send = connection.sendData.bind(connection)
    connection.sendData = data => {
      const late = new Uint8ArrayList(data.slice())
      setTimeout(() => { send(late) }, 10)

      return { sentBytes: data.byteLength, canSendMore: true }
    }
  })
}, {
  fault: 'emits close twice',
  caughtBy: ['close is seen at the far end, once, as no error', 'abort is seen at the far end, once'],
  break: onConnections(connection => {
    connection.addEventListener('close', event => {
      queueMicrotask(() => { connection.dispatchEvent(new (event.constructor as any)(event.local, event.error)) })
    }, { once: true })
  })
}, {
  fault: 'close never settles',
  caughtBy: ['close is seen at the far end, once, as no error', 'both ends close at once'],
  break: onConnections(connection => { connection.close = async () => new Promise<void>(() => {}) })
}, {
  fault: 'says that aborts have codes, and sends none',
  caughtBy: ['abort brings its code to the far end'],
  claims: { abortCode: true },
  break: () => {}
}, {
  fault: 'cannot close twice',
  caughtBy: ['closes twice, and after an abort'],
  break: onConnections(connection => {
    const close = connection.close.bind(connection)
    connection.close = async options => {
      if (connection.status !== 'open') {
        throw new Error('not open')
      }

      await close(options)
    }
  })
}, {
  fault: 'aborts with an error of its own',
  caughtBy: ['abort ends this end at once, with its error'],
  break: onConnections(connection => {
    const abort = connection.abort.bind(connection)
    connection.abort = () => { abort(new Error('aborted')) }
  })
}, {
  fault: 'aborts when it has the time',
  caughtBy: ['abort ends this end at once, with its error', 'both ends abort at once, with bytes on their way'],
  break: onConnections(connection => {
    const abort = connection.abort.bind(connection)
    connection.abort = error => { setTimeout(() => { abort(error) }, 10) }
  })
}]
