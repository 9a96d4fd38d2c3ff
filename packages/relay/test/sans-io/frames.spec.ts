import { expect } from 'aegir/chai'
import fc from 'fast-check'
import { FrameDecoder, encodeFrame } from '../../src/sans-io/index.ts'
import { bytes } from '../helpers/bytes.ts'

function decodeAll (decoder: FrameDecoder): Uint8Array[] {
  const frames: Uint8Array[] = []

  for (let frame = decoder.pollFrame(); frame !== undefined; frame = decoder.pollFrame()) {
    frames.push(frame)
  }

  return frames
}

describe('frames', () => {
  it('begin with their length, big-endian', () => {
    expect(encodeFrame(new Uint8Array(0x010203)).subarray(0, 4)).to.deep.equal(bytes(0, 1, 2, 3))
    expect(encodeFrame(bytes('abc'))).to.deep.equal(bytes(0, 0, 0, 3, 'abc'))
  })

  it('come out whole however the stream is cut', () => {
    const frames = fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 12 })

    fc.assert(fc.property(frames, fc.infiniteStream(fc.integer({ min: 1, max: 30 })), (frames, cuts) => {
      const stream = frames.flatMap(frame => [...encodeFrame(frame)])
      const decoder = new FrameDecoder(50)
      const received: Uint8Array[] = []

      while (stream.length > 0) {
        decoder.handleData(Uint8Array.from(stream.splice(0, cuts.next().value)))
        received.push(...decodeAll(decoder))
      }

      expect(received).to.deep.equal(frames)
      expect(decoder.isBetweenFrames).to.equal(true)
    }), { numRuns: 500 })
  })

  it('that were given out do not change when more comes', () => {
    const decoder = new FrameDecoder(100)
    decoder.handleData(bytes(0, 0, 0, 2, 'a'))
    decoder.handleData(bytes('b', 0, 0))
    const [first] = decodeAll(decoder)
    decoder.handleData(bytes(0, 3, 'cde', 0, 0, 0, 9))
    decodeAll(decoder)

    expect(first).to.deep.equal(bytes('ab'))
  })

  it('may be empty', () => {
    const decoder = new FrameDecoder(1)
    decoder.handleData(bytes(0, 0, 0, 0, 0, 0, 0, 0))

    expect(decodeAll(decoder)).to.deep.equal([bytes(), bytes()])
  })

  it('may be as long as the limit and no longer', () => {
    const decoder = new FrameDecoder(3)
    decoder.handleData(bytes(0, 0, 0, 3, 'abc', 255, 255, 255, 255))

    expect(decoder.pollFrame()).to.deep.equal(bytes('abc'))
    expect(() => decoder.pollFrame()).to.throw('limit maxFrameSize of 3 reached')
  })

  it('are incomplete inside a header or a frame', () => {
    for (const piece of [bytes(0), bytes(0, 0, 0, 1), bytes(0, 0, 0, 2, 'a')]) {
      const decoder = new FrameDecoder(10)
      decoder.handleData(piece)

      expect(decodeAll(decoder)).to.deep.equal([])
      expect(decoder.isBetweenFrames).to.equal(false)
    }
  })
})
