import { streamPair } from '@libp2p/utils'
import { expect } from 'aegir/chai'
import fc from 'fast-check'
import { channelOf, ChannelStream, HandshakeReader, messageStreamOf, MessageStreamChannel, ReadSide } from '../src/index.ts'
import { channelPair, recorder, text } from './channel-pair.ts'
import type { ByteChannelHandler } from '@libp2p-ws/core'

const init = { direction: 'outbound' as const, log: Object.assign(() => {}, { trace () {}, error () {}, enabled: false, newScope: () => init.log }) as any }

describe('the reading half of a channel', () => {
  it('delivers every byte once and in order, whatever pauses', () => {
    const command = fc.oneof(
      fc.record({ deliver: fc.uint8Array({ minLength: 1, maxLength: 4 }) }),
      fc.constantFrom('pause' as const, 'resume' as const, 'unread' as const)
    )

    fc.assert(fc.property(fc.array(command), fc.array(fc.boolean()), (commands, pausesWhileReading) => {
      const side = new ReadSide()
      const delivered: number[] = []
      const read: number[] = []
      let turn = 0
      side.handler = {
        ...recorder(),
        onData: piece => {
          read.push(...piece)

          if (pausesWhileReading[turn++] === true) {
            side.pause()
          }
        }
      }

      for (const step of commands) {
        if (typeof step === 'object') {
          delivered.push(...step.deliver)
          side.deliver(step.deliver)
        } else if (step === 'unread') {
          side.pause()
          side.unread(Uint8Array.from(read.splice(-2)))
        } else {
          side[step]()
        }

        expect(side.pendingBytes).to.equal(delivered.length - read.length)
      }

      while (read.length < delivered.length) {
        side.resume()
      }

      expect(read).to.deep.equal(delivered)
    }))
  })

  it('says whose memory a piece is afterwards', () => {
    const side = new ReadSide()
    side.handler = recorder()
    expect(side.deliver(text('pending'))).to.equal(false)
    side.resume()
    expect(side.deliver(text('kept'))).to.equal(false)
    side.handler = { ...recorder(), onData: () => true }
    expect(side.deliver(text('used'))).to.equal(true)
    side.close()
    expect(side.deliver(text('dropped'))).to.equal(true)
  })

  it('says the end behind the bytes, and once', () => {
    const side = new ReadSide()
    const log = recorder()
    side.handler = log
    side.deliver(text('a'))
    side.end()
    side.close()
    expect(log.seen).to.deep.equal([])
    side.resume()
    side.resume()
    expect(log.seen).to.deep.equal(['data a', 'end', 'close undefined'])
  })

  it('drops what a failed channel had pending, and says so while paused', () => {
    const side = new ReadSide()
    const log = recorder()
    side.handler = log
    side.deliver(text('a'))
    side.close(new Error('cut'), 7)
    side.close(new Error('cut again'))
    side.resume()
    side.deliver(text('b'))
    expect(log.seen).to.deep.equal(['close cut 7'])
  })

  it('tells a handler that comes too late of the close', async () => {
    const side = new ReadSide()
    side.close(new Error('cut'))
    const error = await new Promise<Error | undefined>(resolve => {
      side.handler = { ...recorder(), onClose: resolve } satisfies ByteChannelHandler
    })
    expect(error).to.have.property('message', 'cut')
  })
})

describe('who hears of a close', () => {
  it('is the handler, then who made the channel, and each handler that is set later', async () => {
    const heard: string[] = []
    const side = new ReadSide((error, code) => { heard.push(`maker ${error?.message} ${code}`) })
    side.handler = { ...recorder(), onClose: () => { heard.push('first') } }
    side.close(new Error('cut'), 7)
    await new Promise<void>(resolve => {
      side.handler = { ...recorder(), onClose: () => { heard.push('second'); resolve() } }
    })
    side.resume()
    expect(heard).to.deep.equal(['first', 'maker cut 7', 'second'])
  })
})

describe('a channel and its message stream', () => {
  it('gives the channel away with what was not read', async () => {
    const [near, far] = channelPair()
    const stream = new ChannelStream(near, init)
    far.write([text('ab')])
    const log = recorder()
    const channel = channelOf(stream)
    channel.handler = log
    channel.resume()
    far.write([text('c')])
    expect(log.seen).to.deep.equal(['data ab', 'data c'])
    expect(() => stream.send(text('x'))).to.throw('the channel was taken')
    expect(() => stream.takeChannel()).to.throw('taken before')

    const closed = new Promise<Event>(resolve => { stream.addEventListener('close', resolve) })
    far.abort(new Error('cut'))
    expect(await closed).to.have.nested.property('error.message', 'cut')
    expect(log.seen.at(-1)).to.equal('close cut')
  })

  it('stops the far end while nobody reads, and starts it again', async () => {
    const [near, far] = channelPair()
    const stream = new ChannelStream(near, init)
    const piece = new Uint8Array(64 * 1024)
    let taken = 0

    while (far.write([piece])) {
      taken++
      expect(taken).to.be.below(100)
    }

    let bytes = 0
    const drained = new Promise<void>(resolve => { far.handler = { ...recorder(), onDrain: resolve } })
    stream.addEventListener('message', event => { bytes += event.data.byteLength })
    await drained
    expect(bytes).to.equal((taken + 1) * piece.byteLength)
  })

  it('copies what it sends to a channel that writes in place', () => {
    const [near, far] = channelPair({ takesOwnership: true })
    const log = recorder()
    far.handler = log
    far.resume()
    const stream = new ChannelStream(near, init)
    const mine = Buffer.from('mine')
    stream.send(mine)
    expect(log.seen).to.deep.equal(['data mine'])
    expect(mine.toString()).to.equal('mine')
  })

  it('closes when both ends have', async () => {
    const [near, far] = channelPair()
    const stream = new ChannelStream(near, init)
    far.handler = { ...recorder(), onEnd: () => { far.close() } }
    far.resume()
    await stream.close()
    expect(stream.status).to.equal('closed')
  })

  it('drops an answer to what came before the far end closed', async () => {
    const [near, far] = channelPair()
    const stream = new ChannelStream(near, init)
    far.write([text('ping')])
    const closed = stream.close()
    far.close()
    await closed
    const answered = new Promise(resolve => { stream.addEventListener('message', () => { resolve(stream.send(text('pong'))) }) })
    expect([stream.status, await answered]).to.deep.equal(['closed', true])
  })

  it('gives a foreign message stream back as it was', async () => {
    const [stream, far] = await streamPair()
    const channel = channelOf(stream)
    expect(channel).to.be.instanceOf(MessageStreamChannel)
    const reader = new HandshakeReader(channel)
    far.send(text('hello rest'))
    const piece = await reader.read()
    expect(new TextDecoder().decode(piece)).to.equal('hello rest')
    reader.release(piece.subarray(6))

    const back = messageStreamOf(channel, init)
    expect(back).to.equal(stream)
    const first = await new Promise<Uint8Array>(resolve => { back.addEventListener('message', event => { resolve(event.data.subarray()) }) })
    expect(first).to.deep.equal(text('rest'))
  })

  it('has what came in before a foreign message stream ended and closed', async () => {
    const [stream, far] = await streamPair()
    const channel = channelOf(stream)
    const log = recorder()
    channel.handler = log
    far.send(text('last'))
    await Promise.all([far.close(), stream.close()])
    await new Promise(resolve => setTimeout(resolve, 5))
    expect(stream.status).to.equal('closed')
    expect(log.seen).to.deep.equal([])
    channel.resume()
    expect(log.seen).to.deep.equal(['data last', 'end', 'close undefined'])
  })

  it('hears why a foreign message stream failed, and of no end before', async () => {
    const [stream, far] = await streamPair()
    const channel = channelOf(stream)
    const log = recorder()
    channel.handler = log
    channel.resume()
    far.abort(new Error('cut'))
    await new Promise(resolve => setTimeout(resolve, 5))
    expect(log.seen).to.have.lengthOf(1)
    expect(log.seen[0]).to.match(/^close (?!undefined)/)
  })

  it('writes to, pauses and aborts a foreign message stream', async () => {
    const [stream, far] = await streamPair()
    const channel = channelOf(stream)
    const log = recorder()
    channel.handler = log
    expect(channel.write([text('a'), text('b')])).to.equal(true)
    const message = await new Promise<Uint8Array>(resolve => { far.addEventListener('message', event => { resolve(event.data.subarray()) }) })
    expect(message).to.deep.equal(text('ab'))
    channel.abort(new Error('enough'))
    expect(stream.status).to.equal('aborted')
    expect(log.seen).to.deep.equal(['close enough'])
  })
})

describe('a foreign stream that takes nothing any more', () => {
  it('ends its channel, and a writer hears of it as of any end', async () => {
    const [stream] = await streamPair()
    const channel = channelOf(stream)
    const log = recorder()
    channel.handler = log
    stream.send = () => { throw new Error('the connection below is closing') }
    expect(channel.write([text('a')])).to.equal(true)
    expect(log.seen).to.deep.equal(['close the connection below is closing'])
    expect(stream.status).to.equal('aborted')
  })
})

describe('reading a handshake', () => {
  it('takes one piece for each read, and leaves the rest to the next reader', async () => {
    const [near, far] = channelPair()
    const reader = new HandshakeReader(near)
    far.write([text('one')])
    far.write([text('two')])
    expect(await reader.read()).to.deep.equal(text('one'))
    const two = await reader.read()
    reader.release(two.subarray(1))
    const log = recorder()
    near.handler = log
    near.resume()
    far.write([text('three')])
    expect(log.seen).to.deep.equal(['data wo', 'data three'])
  })

  it('fails when the far end leaves, before or while it waits', async () => {
    const [near, far] = channelPair()
    const reader = new HandshakeReader(near)
    const read = reader.read()
    far.abort(new Error('cut'))
    await expect(read).to.be.rejectedWith('cut')
    await expect(reader.read()).to.be.rejectedWith('cut')
  })
})
