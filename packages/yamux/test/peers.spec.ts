import { multiaddrConnectionPair } from '@libp2p/utils'
import { yamux as theirs } from '@libp2p/yamux'
import { expect } from 'aegir/chai'
import { yamux as ours } from '../src/index.ts'
import type { Stream, StreamMuxer } from '@libp2p/interface'

const MiB = 1024 * 1024

describe('against @libp2p/yamux', () => {
  for (const [name, dialer, listener] of [['we dial', ours, theirs], ['they dial', theirs, ours], ['both ours', ours, ours]] as const) {
    describe(name, () => {
      let muxers: [StreamMuxer, StreamMuxer]

      beforeEach(() => {
        const [outbound, inbound] = multiaddrConnectionPair()
        muxers = [dialer()().createStreamMuxer(outbound), listener()().createStreamMuxer(inbound)]
      })

      afterEach(async () => {
        muxers.forEach(muxer => { muxer.abort(new Error('test over')) })
      })

      it('echoes 8 MiB on each of 4 streams', async () => {
        muxers[1].addEventListener('stream', event => { void echo(event.detail) })
        const data = Uint8Array.from({ length: 8 * MiB }, (_, i) => i % 251)

        await Promise.all(Array.from({ length: 4 }, async () => {
          const stream = await muxers[0].createStream()
          const answer = readAll(stream)
          await writeAll(stream, data)
          await stream.close()
          expect(Buffer.compare(await answer, data)).to.equal(0)
        }))
      })

      it('opens streams from the listening side too', async () => {
        muxers[0].addEventListener('stream', event => { void echo(event.detail) })
        const stream = await muxers[1].createStream()
        const answer = readAll(stream)
        stream.send(Uint8Array.from([1, 2, 3]))
        await stream.close()

        expect([...await answer]).to.deep.equal([1, 2, 3])
      })

      it('half-closes: the far end answers after our end', async () => {
        muxers[1].addEventListener('stream', event => {
          void count(event.detail)
        })
        const stream = await muxers[0].createStream()
        const answer = readAll(stream)
        stream.send(new Uint8Array(99))
        await stream.close()

        expect([...await answer]).to.deep.equal([99])
      })

      it('leaves the protocol to be negotiated', async () => {
        await expect(muxers[0].createStream({ protocol: '/echo/1.0.0' })).to.eventually.have.property('protocol', '')
      })

      it('resets', async () => {
        const closed = firstStream(muxers[1]).then(closeOf)
        const stream = await muxers[0].createStream()
        stream.send(new Uint8Array(1))
        await new Promise(resolve => setTimeout(resolve))
        stream.abort(new Error('enough'))

        await expect(closed).to.eventually.have.property('name', 'StreamResetError')
      })

      it('a reader that does not read holds the writer back', async () => {
        const inbound = firstStream(muxers[1])
        const stream = await muxers[0].createStream()
        stream.send(new Uint8Array(1))
        let taken = 0
        ;(await inbound).pause()

        // until a hundred turns of the loop in a row bring no room
        for (let idle = 0; idle < 100; idle++) {
          while (!stream.writableNeedsDrain && taken < 16 * MiB) {
            stream.send(new Uint8Array(65_536))
            taken += 65_536
            idle = 0
          }

          await new Promise(resolve => setImmediate(resolve))
        }

        expect(taken).to.be.below(8 * MiB)
      })
    })
  }
})

describe('a writer that waits for room', () => {
  it('waits each time: what is held stays bounded, and all of it arrives', async () => {
    const [outbound, inbound] = multiaddrConnectionPair()
    const [near, far] = [ours()().createStreamMuxer(outbound), ours()().createStreamMuxer(inbound)]
    const reading = firstStream(far)
    const stream = await near.createStream()
    let written = 0
    let read = 0
    let most = 0
    void reading.then(async slow => {
      for await (const piece of slow) {
        read += piece.byteLength
        await new Promise(resolve => setImmediate(resolve))
      }
    })

    while (written < 16 * MiB) {
      written += 65_536

      if (!stream.send(new Uint8Array(65_536))) {
        await stream.onDrain()
      }

      most = Math.max(most, written - read)
    }

    await stream.close()
    // two windows that have grown, and what may be queued
    expect(most).to.be.below(9 * MiB)
    near.abort(new Error('test over'))
    far.abort(new Error('test over'))
  })

  it('hears of the end of the stream', async () => {
    const [outbound] = multiaddrConnectionPair()
    const muxer = ours()().createStreamMuxer(outbound)
    const stream = await muxer.createStream()

    while (stream.send(new Uint8Array(65_536))) {
      // until there is no room
    }

    const waiting = expect(stream.onDrain()).to.eventually.be.rejectedWith('enough')
    stream.abort(new Error('enough'))
    await waiting
    muxer.abort(new Error('test over'))
  })
})

async function firstStream (muxer: StreamMuxer): Promise<Stream> {
  return new Promise(resolve => { muxer.addEventListener('stream', event => { resolve(event.detail) }) })
}

async function closeOf (stream: Stream): Promise<Error | undefined> {
  return new Promise(resolve => { stream.addEventListener('close', event => { resolve(event.error) }) })
}

async function count (stream: Stream): Promise<void> {
  const { byteLength } = await readAll(stream)
  stream.send(Uint8Array.from([byteLength]))
  await stream.close()
}

/** By events: reads what comes before anybody iterates, too. */
async function readAll (stream: Stream): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  stream.addEventListener('message', event => { chunks.push(event.data.subarray().slice()) })

  await new Promise<void>((resolve, reject) => {
    stream.addEventListener('remoteCloseWrite', () => { resolve() })
    stream.addEventListener('close', event => { event.error == null ? resolve() : reject(event.error) })
  })

  return Buffer.concat(chunks)
}

async function writeAll (stream: Stream, data: Uint8Array): Promise<void> {
  for (let offset = 0; offset < data.byteLength; offset += 65_536) {
    if (!stream.send(data.subarray(offset, offset + 65_536))) {
      await stream.onDrain()
    }
  }
}

async function echo (stream: Stream): Promise<void> {
  for await (const piece of stream) {
    if (!stream.send(piece)) {
      await stream.onDrain()
    }
  }

  await stream.close()
}
