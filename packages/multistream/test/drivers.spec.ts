import { handle, select } from '@libp2p/multistream-select'
import { streamPair } from '@libp2p/utils'
import { channelOf } from '@libp2p-ws/byte-channel'
import { expect } from 'aegir/chai'
import { handleOnChannel, handleOnStream, proposeOnChannel, selectLazily, selectOnChannel, selectOnStream } from '../src/index.ts'
import { encodeMessages, HEADER } from '../src/sans-io/index.ts'
import { HeadStream } from './head-stream.ts'
import type { MessageStream, Stream } from '@libp2p/interface'

const speaksB = (protocol: string): boolean => protocol === '/b'

async function firstMessage (stream: MessageStream): Promise<string> {
  return new Promise(resolve => { stream.addEventListener('message', event => { resolve(Buffer.from(event.data.subarray()).toString()) }, { once: true }) })
}

/** Each way to be an end of a negotiation on a stream. */
const dialers: Record<string, (stream: Stream, protocols: string[]) => Promise<string>> = {
  'a channel of ours': async (stream, protocols) => selectOnChannel(channelOf(stream), protocols),
  'a stream of ours': selectOnStream,
  'js-libp2p': select
}

const listeners: Record<string, (stream: Stream) => Promise<string>> = {
  'a channel of ours': async stream => handleOnChannel(channelOf(stream), speaksB),
  'a stream of ours': async stream => handleOnStream(stream, speaksB),
  'js-libp2p': async stream => handle(stream, ['/b'])
}

for (const [dialer, dial] of Object.entries(dialers)) {
  for (const [listener, listen] of Object.entries(listeners)) {
    describe(`multistream-select, ${dialer} to ${listener}`, () => {
      it('settles on the first protocol that both speak', async () => {
        const [near, far] = await streamPair()
        await expect(Promise.all([dial(near, ['/a', '/b']), listen(far)])).to.eventually.deep.equal(['/b', '/b'])
      })

      it('says so when there is none', async () => {
        const [near, far] = await streamPair()
        const answer = listen(far).catch(() => {})
        await expect(dial(near, ['/a', '/c'])).to.eventually.be.rejected().with.property('name', 'UnsupportedProtocolError')
        near.abort(new Error('over'))
        await answer
      })
    })
  }
}

describe('multistream-select on a stream of somebody else', () => {
  it('leaves what comes behind to a reader who comes late', async () => {
    const [near, far] = await streamPair()
    near.send(encodeMessages([HEADER, '/b']))
    near.send(Buffer.from('data'))
    await expect(handleOnStream(far, speaksB)).to.eventually.equal('/b')
    await new Promise(resolve => setTimeout(resolve, 5))
    await expect(firstMessage(far)).to.eventually.equal('data')
  })

  it('hears of the end, and of the reason', async () => {
    const [near, far] = await streamPair()
    const settled = selectOnStream(near, ['/b'])
    await far.close()
    await expect(settled).to.eventually.be.rejected().with.property('code', 'ERR_MULTISTREAM_ENDED')

    const [here] = await streamPair()
    const failed = selectOnStream(here, ['/b'])
    here.abort(new Error('enough'))
    await expect(failed).to.eventually.be.rejectedWith('enough')
  })
})

describe('multistream-select with a proposal that waits for no answer', () => {
  it('on a channel: what the protocol sends first goes out with it', async () => {
    const [near, far] = await streamPair()
    const channel = channelOf(near)
    const { preamble, answer } = proposeOnChannel(channel, '/b')
    channel.write([preamble, Buffer.from('data')])
    await expect(handleOnStream(far, speaksB)).to.eventually.equal('/b')
    await expect(firstMessage(far)).to.eventually.equal('data')
    await answer()
  })

  it('on a stream: it is usable at once, and its reader sees nothing of the answer', async () => {
    const stream = new HeadStream()
    let settled = 0
    selectLazily(stream, '/b', () => { settled++ })
    stream.send(Buffer.from('data'))
    expect(Buffer.concat(stream.sent).toString('latin1')).to.equal(`${Buffer.from(encodeMessages([HEADER, '/b'])).toString('latin1')}data`)

    const message = firstMessage(stream)
    stream.receive(encodeMessages([HEADER]))
    expect(settled).to.equal(0)
    stream.receive(Buffer.concat([encodeMessages(['/b']), Buffer.from('answer')]))
    expect(settled).to.equal(1)
    await expect(message).to.eventually.equal('answer')
  })

  for (const [what, fail, name] of [
    ['is refused', (stream: HeadStream) => { stream.receive(encodeMessages([HEADER, 'na'])) }, 'UnsupportedProtocolError'],
    ['gets an answer to something else', (stream: HeadStream) => { stream.receive(encodeMessages([HEADER, '/c'])) }, 'MultistreamError'],
    ['gets none', (stream: HeadStream) => { stream.onRemoteCloseWrite() }, 'MultistreamError']
  ] as const) {
    it(`ends the stream with the reason when it ${what}`, async () => {
      const stream = new HeadStream()
      let settled = 0
      const closed = new Promise<Error | undefined>(resolve => { stream.addEventListener('close', event => { resolve(event.error) }) })
      selectLazily(stream, '/b', () => { settled++ })
      fail(stream)
      await expect(closed).to.eventually.have.property('name', name)
      expect(settled).to.equal(1)
    })
  }
})

describe('multistream-select on a stream of ours', () => {
  it('answers with the first data of the protocol, in one write', async () => {
    const stream = new HeadStream()
    const settled = handleOnStream(stream, speaksB)
    stream.receive(Buffer.concat([encodeMessages([HEADER, '/b']), Buffer.from('data')]))
    expect(stream.sent).to.deep.equal([])
    await expect(settled).to.eventually.equal('/b')
    stream.send(Buffer.from('hello'))
    expect(Buffer.concat(stream.sent).toString('latin1')).to.equal(`${Buffer.from(encodeMessages([HEADER, '/b'])).toString('latin1')}hello`)
    await expect(firstMessage(stream)).to.eventually.equal('data')
  })

  it('answers at once where the far end waits for it', async () => {
    const stream = new HeadStream()
    const settled = handleOnStream(stream, speaksB)
    stream.receive(encodeMessages([HEADER]))
    stream.receive(encodeMessages(['/a']))
    expect(Buffer.concat(stream.sent).toString('latin1')).to.equal(Buffer.from(encodeMessages([HEADER, 'na'])).toString('latin1'))
    stream.receive(encodeMessages(['/b']))
    expect(Buffer.concat(stream.sent).toString('latin1')).to.equal(Buffer.from(encodeMessages([HEADER, 'na', '/b'])).toString('latin1'))
    await expect(settled).to.eventually.equal('/b')
  })

  it('answers what came before it gives up', async () => {
    const stream = new HeadStream()
    const settled = handleOnStream(stream, speaksB)
    stream.receive(Buffer.concat([encodeMessages([HEADER, '/a']), Uint8Array.of(0)]))
    expect(Buffer.concat(stream.sent).toString('latin1')).to.equal(Buffer.from(encodeMessages([HEADER, 'na'])).toString('latin1'))
    await expect(settled).to.eventually.be.rejected().with.property('name', 'MultistreamError')

    const [near, far] = await streamPair()
    const refused = handleOnChannel(channelOf(far), speaksB).catch((err: Error) => err.name)
    near.send(Buffer.concat([encodeMessages([HEADER, '/a']), Uint8Array.of(0)]))
    await expect(firstMessage(near)).to.eventually.equal(Buffer.from(encodeMessages([HEADER, 'na'])).toString())
    await expect(refused).to.eventually.equal('MultistreamError')
  })

  it('rejects what is no negotiation', async () => {
    const stream = new HeadStream()
    const settled = handleOnStream(stream, speaksB)
    stream.receive(Buffer.from(`GET / HTTP/1.1\r\nHost: ${'x'.repeat(80)}\r\n`))
    await expect(settled).to.eventually.be.rejected().with.property('name', 'MultistreamError')
  })
})
