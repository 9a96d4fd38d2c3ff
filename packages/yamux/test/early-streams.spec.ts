import { defaultLogger } from '@libp2p/logger'
import { expect } from 'aegir/chai'
import { yamux } from '../src/index.ts'
import { MemoryChannel, turn } from './channel-pair.ts'
import type { YamuxStream } from '../src/index.ts'

describe('streams that come before the muxer is made', () => {
  it('wait for who makes it, however many they are', async () => {
    const [near, far] = [new MemoryChannel({}), new MemoryChannel({})]
    near.far = far
    far.far = near
    const factory = yamux({ keepAliveInterval: 0, maxEarlyStreams: 2 })()
    const log = defaultLogger().forComponent('test')
    const dialer = factory.createChannelMuxer(near, { direction: 'outbound', log })
    await Promise.all(Array.from({ length: 20 }, async () => dialer.createStream()))
    await turn()
    near.deliver()

    const streams: YamuxStream[] = []
    const listener = factory.createChannelMuxer(far, { direction: 'inbound', log })
    listener.addEventListener('stream', event => { streams.push(event.detail as YamuxStream) })
    await turn()

    expect(streams).to.have.lengthOf(20)
    expect(listener.status).to.equal('open')
  })
})
