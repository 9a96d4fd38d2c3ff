import { multiaddrConnectionPair } from '@libp2p/utils'
import { yamux as theirs } from '@libp2p/yamux'
import { releaseMessage } from '@libp2p-ws/core'
import { expect } from 'aegir/chai'
import { yamux as ours } from '../src/index.ts'
import { muxerPair, turn } from './channel-pair.ts'
import type { MuxerPair } from './channel-pair.ts'
import type { YamuxMuxerInit, YamuxStream } from '../src/index.ts'
import type { Stream, StreamMuxer } from '@libp2p/interface'

const KiB = 1024

interface Opened extends MuxerPair {
  near: YamuxStream
  far: YamuxStream
}

/** A stream and its other end, which knows of it by one byte that it has read. */
async function open (init: YamuxMuxerInit = {}): Promise<Opened> {
  const pair = muxerPair(init)
  const far = new Promise<YamuxStream>(resolve => { pair.muxers[1].addEventListener('stream', event => { resolve(event.detail) }) })
  const near = await pair.muxers[0].createStream()
  await pair.settle()

  return { ...pair, near, far: await far }
}

/** The events of a stream, in order, with what they say. */
function events (stream: Stream): string[] {
  const log: string[] = []
  stream.addEventListener('message', event => { log.push(`message ${Buffer.from(event.data.subarray()).toString()}`) })
  stream.addEventListener('close', event => { log.push(`close ${event.error?.name} ${event.local}`) })

  for (const type of ['end', 'remoteCloseWrite'] as const) {
    stream.addEventListener(type, () => { log.push(type) })
  }

  return log
}

function text (value: string): Uint8Array {
  return new TextEncoder().encode(value)
}

async function firstStream (muxer: StreamMuxer): Promise<Stream> {
  return new Promise(resolve => { muxer.addEventListener('stream', event => { resolve(event.detail) }) })
}

async function pause (): Promise<void> {
  await new Promise(resolve => { setTimeout(resolve, 20) })
}

function statuses ({ status, readStatus, writeStatus, remoteWriteStatus, readableEnded }: Stream): unknown {
  return { status, readStatus, writeStatus, remoteWriteStatus, readableEnded }
}

describe('what a stream of js-libp2p does', () => {
  const scenarios: Record<string, (near: Stream, far: Stream) => Promise<unknown>> = {
    'both ends close': async (near, far) => {
      near.send(text('a'))
      await near.close()
      await pause()
      await far.close()
    },
    'closing twice': async near => {
      await near.close()
      await near.close()
    },
    'an abort': async near => { near.abort(new Error('enough')) },
    'an abort after an abort': async near => {
      near.abort(new Error('enough'))
      near.abort(new Error('more than enough'))
    },
    'an abort by the far end': async (near, far) => {
      near.send(text('a'))
      await pause()
      far.abort(new Error('enough'))
    },
    'an abort while paused with bytes to read': async (near, far) => {
      near.pause()
      far.send(text('a'))
      await pause()
      near.abort(new Error('enough'))
    },
    'a reset while paused with bytes to read, then a resume': async (near, far) => {
      near.pause()
      far.send(text('a'))
      await pause()
      far.abort(new Error('enough'))
      await pause()
      near.resume()
    },
    'an end while paused with bytes to read, then a resume': async (near, far) => {
      near.pause()
      far.send(text('a'))
      await far.close()
      await pause()
      near.resume()
    },
    'pushed bytes': async near => {
      near.push(text('b'))
      near.unshift(text('a'))
      await pause()
    },
    'bytes pushed while paused': async near => {
      near.pause()
      near.push(text('b'))
      near.unshift(text('a'))
      await pause()
      near.resume()
    },
    'a closed reading side': async (near, far) => {
      await near.closeRead()
      far.send(text('a'))
      await far.close()
      await pause()
      await near.close()
    },
    'more unread bytes than the limit': async (near, far) => {
      near.maxReadBufferLength = 2
      near.pause()
      far.send(text('abc'))
    },
    'a send after the end': async near => {
      await near.close()
      return thrown(() => near.send(text('a')))
    },
    'a pause after the reading side was closed': async near => {
      await near.closeRead()
      return [thrown(() => { near.pause() }), thrown(() => { near.resume() }), thrown(() => { near.push(text('a')) }), thrown(() => { near.unshift(text('a')) })]
    },
    'an empty send': async near => near.send(new Uint8Array())
  }

  for (const [name, act] of Object.entries(scenarios)) {
    it(`${name}: as there`, async () => {
      const run = async (factory: typeof ours | typeof theirs): Promise<unknown> => {
        const [outbound, inbound] = multiaddrConnectionPair()
        const muxers = [factory()().createStreamMuxer(outbound), factory()().createStreamMuxer(inbound)] as const
        const arrived = firstStream(muxers[1])
        const near = await muxers[0].createStream()
        const far = await arrived
        const logs = [events(near), events(far)]
        const answer = await act(near, far)
        await pause()
        // two messages there may be one here, and the other way round
        const joined = logs.map(log => log.join().replaceAll(/,message (\w)/g, '$1'))
        const seen = { answer, joined, near: statuses(near), far: statuses(far), streams: muxers.map(muxer => muxer.streams.length) }
        muxers.forEach(muxer => { muxer.abort(new Error('test over')) })

        return seen
      }

      expect(await run(ours)).to.deep.equal(await run(theirs))
    })
  }
})

function thrown (act: () => unknown): string {
  try {
    return `${act()}`
  } catch (err) {
    return err instanceof Error ? err.name : 'no error'
  }
}

describe('a stream', () => {
  it('makes its logger when somebody asks for it', async () => {
    const { near } = await open()
    expect(near.log).to.equal(near.log)
    expect(near.log.newScope).to.be.a('function')
  })

  it('hands over each frame as it came in', async () => {
    const { near, far, settle } = await open()
    const log = events(far)
    near.send(text('a'))
    await settle()
    near.send(text('b'))
    await settle()
    expect(log).to.deep.equal(['message a', 'message b'])
  })

  it('is the target of its events', async () => {
    const { near, far, settle } = await open()
    const targets: Array<EventTarget | null> = []
    far.addEventListener('message', event => { targets.push(event.target, event.currentTarget) })
    far.addEventListener('close', event => { targets.push(event.target, event.currentTarget) })
    near.send(text('a'))
    await settle()
    near.abort(new Error('enough'))
    await settle()
    expect(targets).to.deep.equal([far, far, far, far])
  })

  it('sends what is written in one turn in one write, after any number of sends', async () => {
    const { near, channels, settle } = await open()
    const before = channels[0].writes
    near.send(text('a'))
    near.send(text('b'))
    await near.close()
    expect(channels[0].writes).to.equal(before + 1)
    await settle()
  })

  it('does not let the far end send more than a window while nobody reads', async () => {
    const { near, far, settle } = await open()
    near.send(new Uint8Array(1024 * KiB))
    await settle()
    expect(far.readBufferLength).to.equal(256 * KiB)
    expect(near.writeBufferLength).to.equal(768 * KiB)
    expect(near.writableNeedsDrain).to.equal(true)
    let bytes = 0
    far.addEventListener('message', event => { bytes += event.data.byteLength })
    await settle()
    expect(bytes).to.equal(1024 * KiB)
    expect(near.writeBufferLength).to.equal(0)
  })

  it('lets the far end come to its end although the reading side was closed', async () => {
    const { near, far, settle } = await open()
    await far.closeRead()
    near.send(new Uint8Array(1024 * KiB))
    const closed = near.close()
    await settle()
    await closed
    expect(far.remoteWriteStatus).to.equal('closed')
  })

  it('gives an iterator what came before the reset, then the reset', async () => {
    const { near, far, settle } = await open()
    near.send(text('a'))
    await settle()
    near.abort(Object.assign(new Error('enough'), { code: 0x2a2a2a }))
    await settle()
    const iterator = far[Symbol.asyncIterator]()
    expect(await iterator.next()).to.deep.equal({ done: false, value: Buffer.from('a') })
    await expect(iterator.next()).to.eventually.be.rejected.and.include({ name: 'StreamResetError', code: 'ERR_STREAM_RESET', remoteCode: 0x2a2a2a })
  })

  it('wakes every iterator at the end, and takes up again where one left off', async () => {
    const { near, far, settle } = await open()
    near.send(text('a'))
    await settle()
    const iterator = far[Symbol.asyncIterator]()
    expect(await iterator.next()).to.deep.equal({ done: false, value: Buffer.from('a') })
    await iterator.return(undefined)
    const waiting = [far[Symbol.asyncIterator]().next(), far[Symbol.asyncIterator]().next()]
    await near.close()
    await settle()
    expect(await Promise.all(waiting)).to.deep.equal([{ done: true, value: undefined }, { done: true, value: undefined }])
  })

  it('ends an iterator whose reading side is closed', async () => {
    const { far } = await open()
    const next = far[Symbol.asyncIterator]().next()
    await far.closeRead()
    expect(await next).to.deep.equal({ done: true, value: undefined })
  })

  it('is reset with the code of what its error stands for', async () => {
    const { near, far, settle } = await open()
    const closed = new Promise<Error | undefined>(resolve => { far.addEventListener('close', event => { resolve(event.error) }) })
    near.maxWriteBufferLength = 10
    near.send(new Uint8Array(1024 * KiB))
    expect(near.status).to.equal('open', 'who asks first may send')
    near.send(new Uint8Array(11))
    expect(near.status).to.equal('aborted')
    await settle()
    expect(await closed).to.have.property('remoteCode', 0x1002)
  })

  it('says at a wait for room and at a close that the connection went away', async () => {
    const { near, far, channels } = await open()
    near.send(new Uint8Array(1024 * KiB))
    const waits = [near.onDrain(), near.close()]
    channels[1].close()
    await Promise.all(waits.map(async wait => { await expect(wait).to.be.rejectedWith('the stream is closed') }))
    await expect(near.onDrain()).to.be.rejectedWith('the stream is closed')
    expect(far.status).to.equal('closed')
  })

  it('leaves a wait when its signal aborts', async () => {
    const { near } = await open()
    const controller = new AbortController()
    near.send(new Uint8Array(1024 * KiB))
    const waits = [near.onDrain({ signal: controller.signal }), near.close({ signal: controller.signal })]
    controller.abort(new Error('no more time'))
    await Promise.all(waits.map(async wait => { await expect(wait).to.be.rejectedWith('no more time') }))
  })
})

describe('the head of a stream', () => {
  it('goes out with what follows it, in one write', async () => {
    const { near, far, channels, settle } = await open()
    const log = events(far)
    const before = channels[0].writes
    near.sendHead(text('head '))
    await Promise.resolve()
    await Promise.resolve()
    expect(channels[0].writes).to.equal(before)
    near.send(text('body'))
    await settle()
    expect([channels[0].writes - before, log]).to.deep.equal([1, ['message head body']])
  })

  it('goes out by itself where nothing follows', async () => {
    const { near, far, settle } = await open()
    const log = events(far)
    near.sendHead(text('head'))
    await settle()
    expect(log).to.deep.equal(['message head'])
  })

  it('goes to its reader, and the rest to the stream', async () => {
    const { near, far, settle } = await open()
    near.send(text('he'))
    await settle()
    const seen: string[] = []
    far.pause()
    far.readHead({
      onData (piece) {
        seen.push(piece.toString())
        return seen.length === 1 ? undefined : piece.subarray(2)
      },
      onEnd () { seen.push('end') }
    })
    expect(seen).to.deep.equal(['he'], 'what waits, at once and although the stream is paused')
    near.send(text('adbo'))
    near.send(text('dy'))
    await settle()
    expect(seen).to.deep.equal(['he', 'adbody'])
    const log = events(far)
    await settle()
    expect(log).to.deep.equal([])
    far.resume()
    await near.close()
    await settle()
    expect(log).to.deep.equal(['message body', 'remoteCloseWrite', 'end'])
    expect(seen).to.have.length(2)
  })

  for (const [how, end] of Object.entries<(near: YamuxStream, far: YamuxStream) => unknown>({
    undefined: async near => near.close(),
    StreamResetError: near => { near.abort(new Error('enough')) },
    RangeError: (_, far) => { far.abort(new RangeError('enough')) }
  })) {
    it(`ends before the stream says so, with ${how}`, async () => {
      const { near, far, settle } = await open()
      const log: string[] = []
      far.addEventListener('close', () => { log.push('close') })
      far.addEventListener('remoteCloseWrite', () => { log.push('remoteCloseWrite') })
      far.readHead({ onData: () => undefined, onEnd: error => { log.push(`head ${error?.name}`) } })
      await end(near, far)
      await settle()
      expect(log).to.deep.equal([`head ${how}`, how === 'undefined' ? 'remoteCloseWrite' : 'close'])
    })
  }

  it('may be asked for when the stream has ended', async () => {
    const { near, far, settle } = await open()
    near.send(text('he'))
    await settle()
    near.abort(new Error('enough'))
    await settle()
    const seen: string[] = []
    far.readHead({ onData: piece => { seen.push(`${piece.byteLength}`); return undefined }, onEnd: error => { seen.push(`${error?.name}`) } })
    expect(seen).to.deep.equal(['2', 'StreamResetError'])
  })

  it('ends when the reading side is closed, before or after it was asked for', async () => {
    const log: Array<Error | undefined> = []
    const reader = { onData: () => undefined, onEnd: (error: Error | undefined) => { log.push(error) } }
    const { near, far } = await open()
    far.readHead(reader)
    await far.closeRead()
    await near.closeRead()
    near.readHead(reader)
    expect(log).to.deep.equal([undefined, undefined])
  })

  it('may end the stream', async () => {
    const { near, far, settle } = await open()
    const log = events(near)
    far.readHead({
      onData () {
        far.abort(new Error('not what we speak'))
        return undefined
      },
      onEnd () {}
    })
    near.send(text('a'))
    await settle()
    expect(log).to.deep.equal(['end', 'close StreamResetError false'])
    expect(far.status).to.equal('aborted')
  })

  it('counts as read what its reader took', async () => {
    const { near, far, settle } = await open()
    let taken = 0
    far.readHead({
      onData: piece => {
        taken += piece.byteLength
        return undefined
      },
      onEnd () {}
    })
    near.send(new Uint8Array(1024 * KiB))
    await settle()
    expect(taken).to.equal(1024 * KiB)
  })
})

describe('a muxer', () => {
  it('copies what users still hold, where the channel writes in place', async () => {
    const pair = muxerPair({}, { takesOwnership: true })
    const arrived = firstStream(pair.muxers[1])
    const near = await pair.muxers[0].createStream()
    // of a Buffer, a slice would be a view
    const mine = [text('mine'), Buffer.from(' too')]
    mine.forEach(bytes => { near.send(bytes) })
    await pair.settle()
    const log = events(await arrived)
    await turn()
    expect(log).to.deep.equal(['message mine too'])
    expect(mine.map(bytes => bytes.toString())).to.deep.equal([text('mine').toString(), ' too'])
  })

  it('tells the far end the code of its error, and hears that of the far end\'s', async () => {
    const { muxers, channels, near, far, settle } = await open()
    const [closedNear, closedFar] = [near, far].map(async stream => new Promise<Error | undefined>(resolve => { stream.addEventListener('close', event => { resolve(event.error) }) }))
    muxers[0].abort(Object.assign(new Error('supplanted'), { code: 0x1004 }))
    await settle()
    expect(await closedNear).to.have.property('message', 'supplanted')
    expect(await closedFar).to.have.property('name', 'StreamResetError')
    expect(channels[1].aborted?.error).to.include({ name: 'GoAwayError', code: 'ERR_GO_AWAY', remoteCode: 0x1004 })
  })

  it('ends its streams and the channel when the far end breaks the protocol', async () => {
    const { near, muxers, channels } = await open()
    const log = events(near)
    channels[0].take(Uint8Array.from([9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9]))
    expect(log).to.deep.equal(['end', 'close YamuxProtocolError true'])
    expect([muxers[0].status, channels[0].aborted?.error.name]).to.deep.equal(['closed', 'YamuxProtocolError'])
    await expect(muxers[0].createStream()).to.be.rejectedWith('takes no new streams')
  })

  it('takes no new stream after a go-away without a reason, and goes on with those it has', async () => {
    const { muxers, near, far, settle } = await open()
    const log = events(far)
    const closing = muxers[1].close()
    near.send(text('late'))
    await settle()
    expect(log).to.deep.equal(['message late'])
    await near.close()
    await settle()
    await closing
    await expect(muxers[0].createStream()).to.be.rejectedWith('takes no new streams')
  })

  it('gives early streams to who comes later, and too many are the far end\'s fault', async () => {
    const pair = muxerPair({ maxEarlyStreams: 2 })
    await pair.muxers[0].createStream()
    await pair.settle()
    expect(await firstStream(pair.muxers[1])).to.have.property('direction', 'inbound')
    const other = muxerPair({ maxEarlyStreams: 2 })
    await Promise.all([1, 2, 3].map(async () => other.muxers[0].createStream()))
    await other.settle()
    expect(other.channels[1].aborted?.error).to.have.property('name', 'MaxEarlyStreamsError')
    expect(other.channels[1].aborted?.code).to.equal(0x1001)
  })
})

describe('the memory of a message', () => {
  /** Whether the memory of what comes in at once, a byte of each of `streams`, is free again. */
  async function isFreed (pair: Opened, streams: YamuxStream[]): Promise<boolean | undefined> {
    const { freed } = pair.channels[1]
    freed.length = 0
    streams.forEach(stream => { stream.send(text('x')) })
    await pair.settle()

    // pings come behind it
    return freed[0]
  }

  it('is freed when everybody who has a part of it says that it may be', async () => {
    const pair = await open()
    pair.far.addEventListener('message', releaseMessage)
    expect(await isFreed(pair, [pair.near])).to.equal(true)

    const other = firstStream(pair.muxers[1])
    const second = await pair.muxers[0].createStream()
    await pair.settle()
    const kept: Uint8Array[] = []
    ;(await other).addEventListener('message', ({ data }) => { kept.push(data.subarray()) })
    expect(await isFreed(pair, [pair.near, second])).to.equal(false)
    expect(Buffer.concat(kept).toString()).to.equal('x')
  })

  it('stays where nobody says so, or too late', async () => {
    const pair = await open()
    let last = new Event('none')
    pair.far.addEventListener('message', event => { last = event })
    expect(await isFreed(pair, [pair.near])).to.equal(false)
    releaseMessage(last)
    expect(await isFreed(pair, [pair.near])).to.equal(false)
  })

  it('stays while it waits to be read', async () => {
    const pair = await open()
    const data: string[] = []
    pair.far.addEventListener('message', event => { data.push(Buffer.from(event.data.subarray()).toString()) })
    pair.far.addEventListener('message', releaseMessage)
    pair.far.pause()
    expect(await isFreed(pair, [pair.near])).to.equal(false)
    pair.far.resume()
    expect(data).to.deep.equal(['x'])
  })
})
