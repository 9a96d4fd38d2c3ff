import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { TestUpgrader } from '../../upgrade/test-upgrader.ts'
import { check, checkEqual, eventually, rejection, within } from '../checks.ts'
import { Inbox } from '../inbox.ts'
import { Mailbox } from '../mailbox.ts'
import { Pattern } from '../pattern.ts'
import { sendAll } from '../send.ts'
import type { TestConnection } from '../../upgrade/test-connection.ts'
import type { SuiteGroup } from '../suite-case.ts'
import type { TestBed } from '../test-bed.ts'
import type { Stream } from '@libp2p/interface'

const MEBIBYTE = 1_048_576
const PING_PONG_STREAMS = 100

async function open (bed: TestBed, connection: TestConnection): Promise<Stream> {
  return within(bed.deadline, 'newStream()', connection.newStream())
}

/** One stream there and back, each side ending its own. */
async function roundTrip (bed: TestBed, connection: TestConnection, seed: number, bytes: number): Promise<void> {
  const stream = await open(bed, connection)
  const inbox = new Inbox(stream, seed, bed.deadline)
  await sendAll(stream, [new Pattern(seed).next(bytes)], bed.deadline)
  await within(bed.deadline, 'close() of a stream', stream.close())
  await inbox.receives(bytes)
  await inbox.ends('the end of a stream that was echoed')
  checkEqual(inbox.length, bytes, 'bytes that came back on a stream')
}

export const streams: SuiteGroup = {
  name: 'streams',
  cases: [{
    name: 'each end learns who the other is',
    needs: ['listen'],
    run: async bed => {
      const { address, accepted } = await bed.listenForStreams()
      const near = await bed.dialForStreams(address)
      const far = await accepted.take(bed.deadline, 'an upgraded connection at the listener')
      checkEqual(`${near.remotePeer}`, `${bed.components.listener.peerId}`, 'the peer that the dialer sees')
      checkEqual(`${far.remotePeer}`, `${bed.components.dialer.peerId}`, 'the peer that the listener sees')
    }
  }, {
    name: 'does not connect to another peer than the address names',
    needs: ['dialedRemoteAddr'],
    run: async bed => {
      const address = await bed.echoAddress()
      const stranger = peerIdFromPrivateKey(await generateKeyPair('Ed25519'))
      const upgrader = new TestUpgrader({ privateKey: bed.components.dialer.privateKey })
      await rejection(bed.deadline, 'a dial that names another peer', bed.dial(address.encapsulate(`/p2p/${stranger}`), upgrader))
    }
  }, {
    name: 'a stream that ends at one side goes on at the other, and then ends there',
    run: async bed => {
      const connection = await bed.dialForStreams(await bed.echoAddress())
      await roundTrip(bed, connection, 31, 22)
      await eventually(bed.deadline, 'the end of the stream', () => connection.streams.length === 0)
    }
  }, {
    name: 'echoes 1 MiB on one stream, every byte in its place',
    run: async bed => {
      await roundTrip(bed, await bed.dialForStreams(await bed.echoAddress()), 32, MEBIBYTE)
    }
  }, {
    name: `${PING_PONG_STREAMS} streams at once, each with its own bytes`,
    run: async bed => {
      const connection = await bed.dialForStreams(await bed.echoAddress())
      await Promise.all(Array.from({ length: PING_PONG_STREAMS }, async (_, seed) => roundTrip(bed, connection, seed, 1_000)))
      await eventually(bed.deadline, 'the end of every stream', () => connection.streams.length === 0)
    }
  }, {
    name: 'the end that did not dial opens streams too',
    needs: ['listen'],
    run: async bed => {
      const { address, accepted } = await bed.listenForStreams()
      await bed.dialForStreams(address)
      await roundTrip(bed, await accepted.take(bed.deadline, 'an upgraded connection at the listener'), 33, 10_000)
    }
  }, {
    name: 'a stream that was ended for writing still gets 4 MiB',
    needs: ['listen'],
    run: async bed => {
      const pattern = new Pattern(34)
      const { address } = await bed.listenForStreams(stream => {
        stream.addEventListener('remoteCloseWrite', () => {
          sendAll(stream, Array.from({ length: 64 }, () => pattern.next(65_536)), bed.deadline)
            .then(async () => stream.close())
            .catch((error: Error) => { stream.abort(error) })
        })
      })
      const stream = await open(bed, await bed.dialForStreams(address))
      const inbox = new Inbox(stream, 34, bed.deadline)
      stream.send(Uint8Array.of(1))
      await within(bed.deadline, 'close() of a stream', stream.close())
      await inbox.receives(4 * MEBIBYTE)
    }
  }, {
    name: 'a stream that is reset is reset at the far end, and the connection goes on',
    needs: ['listen'],
    run: async bed => {
      const opened = new Mailbox<Stream>()
      const { address } = await bed.listenForStreams(stream => { opened.put(stream) })
      const connection = await bed.dialForStreams(address)
      const stream = await open(bed, connection)
      stream.send(Uint8Array.of(1))
      const far = await opened.take(bed.deadline, 'the arrival of a stream')
      const inbox = new Inbox(far, 0, bed.deadline)
      stream.abort(new Error('enough'))
      const event = await inbox.closes('the end, at the far end, of a stream that was reset')
      check(event.error != null, 'the close event of a stream that the far end has reset should have an error')
      checkEqual(connection.status, 'open', 'status of the connection after a stream was reset')
      const second = await open(bed, connection)
      second.send(Uint8Array.of(1))
      await opened.take(bed.deadline, 'the arrival of a second stream')
    }
  }, {
    name: 'a connection that closes ends its streams at both ends',
    needs: ['listen'],
    run: async bed => {
      const { address, accepted } = await bed.listenForStreams(() => {})
      const near = await bed.dialForStreams(address)
      const far = await accepted.take(bed.deadline, 'an upgraded connection at the listener')
      const opened = await Promise.all([open(bed, near), open(bed, near), open(bed, near)])
      opened.forEach(stream => stream.send(Uint8Array.of(1)))
      await eventually(bed.deadline, 'the arrival of three streams', () => far.streams.length === 3)
      const inboxes = [...opened, ...far.streams].map(stream => new Inbox(stream, 0, bed.deadline))
      await within(bed.deadline, 'close() of a connection with open streams', near.close())
      await Promise.all(inboxes.map(async inbox => inbox.closes('the end of a stream whose connection was closed')))
      await eventually(bed.deadline, 'the end of the connection at the far end', () => far.status !== 'open')
    }
  }]
}
