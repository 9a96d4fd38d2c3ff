import { Uint8ArrayList } from 'uint8arraylist'
import { onConnections } from './break.ts'
import type { BrokenTransport } from './broken-transport.ts'
import type { MessageStreamDirection } from '@libp2p/interface'
import type { AbstractMultiaddrConnection } from '@libp2p/utils'

export const bytes: BrokenTransport[] = [{
  fault: 'drops the last byte of a long write',
  caughtBy: ['echoes 1 MiB, in pieces of many sizes, every byte in its place', 'carries one write of 4 MiB', 'echoes 1 MiB on one stream, every byte in its place'],
  break: onConnections(connection => {
    const send = connection.sendData.bind(connection)
    connection.sendData = data => ({ ...send(data.sublist(0, data.byteLength > 1_000 ? data.byteLength - 1 : data.byteLength)), sentBytes: data.byteLength })
  })
}, {
  fault: 'sends every hundredth write twice',
  caughtBy: ['carries 2000 writes of one byte in their order'],
  break: onConnections(connection => {
    const send = connection.sendData.bind(connection)
    let writes = 0
    connection.sendData = data => {
      if (++writes % 100 === 0) {
        send(new Uint8ArrayList(data.slice()))
      }

      return send(data)
    }
  })
}, {
  fault: 'lets a later write overtake an earlier one',
  caughtBy: ['carries 2000 writes of one byte in their order'],
  break: onConnections(connection => {
    const send = connection.sendData.bind(connection)
    let held: Uint8ArrayList | undefined
    connection.sendData = data => {
      if (held == null) {
        held = new Uint8ArrayList(data.slice())
        return { sentBytes: data.byteLength, canSendMore: true }
      }

      const result = send(data)
      send(held)
      held = undefined

      return { ...result, sentBytes: data.byteLength }
    }
  })
}, {
  fault: 'loses what comes before anybody listens',
  caughtBy: ['keeps what comes before anybody listens'],
  break: onConnections(connection => {
    const onData = connection.onData.bind(connection)
    connection.onData = data => {
      if (connection.listenerCount('message') > 0) {
        onData(data)
      }
    }
  })
}, {
  fault: 'takes an empty write for the end',
  caughtBy: ['takes an empty write for nothing'],
  break: onConnections(connection => {
    const send = connection.send.bind(connection)
    connection.send = data => {
      if (data.byteLength === 0) {
        connection.abort(new Error('empty'))
        return true
      }

      return send(data)
    }
  })
}, {
  fault: 'writes from one buffer that every write reuses',
  caughtBy: ['carries 1 MiB each way at the same time'],
  break: transport => {
    const shared = new Uint8Array(1_048_576)
    onConnections(connection => {
      const send = connection.sendData.bind(connection)
      connection.sendData = data => {
        shared.set(data.subarray())
        const written = new Uint8ArrayList(shared.subarray(0, data.byteLength))
        queueMicrotask(() => { send(written) })

        return { sentBytes: data.byteLength, canSendMore: true }
      }
    })(transport)
  }
}, {
  fault: 'sends everything on the connection that came last',
  caughtBy: ['makes 50 connections at once, each with its own bytes'],
  break: transport => {
    const last = new Map<MessageStreamDirection, AbstractMultiaddrConnection['sendData']>()
    onConnections(connection => {
      const send = connection.sendData.bind(connection)
      last.set(connection.direction, send)
      connection.sendData = data => (last.get(connection.direction) ?? send)(data)
    })(transport)
  }
}]
