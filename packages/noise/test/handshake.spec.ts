import { readFileSync } from 'node:fs'
import { expect } from 'aegir/chai'
import fc from 'fast-check'
import { CipherState, Handshake } from '../src/sans-io/index.ts'
import { PROVIDERS } from './key-pairs.ts'

interface Vector {
  initStatic: string
  respStatic: string
  initEphemeral: string
  respEphemeral: string
  prologue: string
  messages: Array<{ payload: string, ciphertext: string }>
}

const VECTORS: Vector[] = JSON.parse(readFileSync(new URL('vectors/xx.json', import.meta.url), 'utf8'))
const NONE = new Uint8Array()

const hex = (text: string): Uint8Array => Buffer.from(text, 'hex')
const toHex = (...pieces: Uint8Array[]): string => Buffer.concat(pieces).toString('hex')

for (const { name, crypto, keyPair } of PROVIDERS) {
  const secret = (n: number): Uint8Array => new Uint8Array(32).fill(n)
  const pair = (prologues: [Uint8Array, Uint8Array] = [NONE, NONE]): [Handshake, Handshake] => [
    new Handshake({ crypto, initiator: true, staticKey: keyPair(secret(1)), ephemeralKey: keyPair(secret(2)), prologue: prologues[0] }),
    new Handshake({ crypto, initiator: false, staticKey: keyPair(secret(3)), ephemeralKey: keyPair(secret(4)), prologue: prologues[1] })
  ]

  describe(`Noise XX on ${name}`, () => {
    VECTORS.forEach((vector, i) => {
      it(`agrees with published vector ${i + 1}`, () => {
        const prologue = hex(vector.prologue)
        const initiator = new Handshake({ crypto, prologue, initiator: true, staticKey: keyPair(hex(vector.initStatic)), ephemeralKey: keyPair(hex(vector.initEphemeral)) })
        const responder = new Handshake({ crypto, prologue, initiator: false, staticKey: keyPair(hex(vector.respStatic)), ephemeralKey: keyPair(hex(vector.respEphemeral)) })

        vector.messages.slice(0, 3).forEach(({ payload, ciphertext }, step) => {
          const [writer, reader] = step === 1 ? [responder, initiator] : [initiator, responder]
          expect(toHex(writer.writeMessage(hex(payload)))).to.equal(ciphertext)
          expect(toHex(reader.readMessage(hex(ciphertext)))).to.equal(payload)
        })

        const [ends, [third, fourth]] = [[initiator.finish(), responder.finish()], vector.messages.slice(3)]
        expect(toHex(...ends[0]?.send.encrypt([hex(third?.payload ?? '')]) ?? [])).to.equal(third?.ciphertext)
        expect(toHex(...ends[1]?.receive.decrypt([hex(third?.ciphertext ?? '')]) ?? [])).to.equal(third?.payload)
        expect(toHex(...ends[1]?.send.encrypt([hex(fourth?.payload ?? '')]) ?? [])).to.equal(fourth?.ciphertext)
        expect(toHex(...ends[0]?.receive.decrypt([hex(fourth?.ciphertext ?? '')]) ?? [])).to.equal(fourth?.payload)
        expect(ends[0]?.hash).to.deep.equal(ends[1]?.hash)
      })
    })

    it('lets each end know the static key of the other', () => {
      const [initiator, responder] = pair()
      responder.readMessage(initiator.writeMessage(NONE))
      initiator.readMessage(responder.writeMessage(NONE))
      responder.readMessage(initiator.writeMessage(NONE))

      expect(toHex(initiator.remoteStatic ?? NONE)).to.equal(toHex(keyPair(secret(3)).publicKey))
      expect(toHex(responder.remoteStatic ?? NONE)).to.equal(toHex(keyPair(secret(1)).publicKey))
    })

    it('refuses a call out of turn, and is dead then', () => {
      const [initiator, responder] = pair()

      expect(() => initiator.readMessage(NONE)).to.throw().with.property('code', 'ERR_NOISE_STATE')
      expect(() => initiator.writeMessage(NONE)).to.throw().with.property('code', 'ERR_NOISE_STATE')
      expect(() => responder.writeMessage(NONE)).to.throw().with.property('code', 'ERR_NOISE_STATE')
      expect(() => responder.finish()).to.throw().with.property('code', 'ERR_NOISE_STATE')
    })

    it('refuses a message that comes again', () => {
      const [initiator, responder] = pair()
      const first = initiator.writeMessage(NONE)
      responder.readMessage(first)
      const second = responder.writeMessage(NONE)
      initiator.readMessage(second)

      expect(() => responder.readMessage(first)).to.throw().with.property('code').that.is.oneOf(['ERR_NOISE_DECRYPT', 'ERR_NOISE_LENGTH'])
      expect(() => initiator.readMessage(second)).to.throw().with.property('code', 'ERR_NOISE_STATE')
    })

    it('refuses another prologue', () => {
      const [initiator, responder] = pair([Uint8Array.of(1), NONE])
      responder.readMessage(initiator.writeMessage(NONE))

      expect(() => initiator.readMessage(responder.writeMessage(NONE))).to.throw().with.property('code', 'ERR_NOISE_DECRYPT')
    })

    // RFC 7748, section 7, and the list of low-order points of Curve25519
    for (const point of [
      '0000000000000000000000000000000000000000000000000000000000000000',
      '0100000000000000000000000000000000000000000000000000000000000000',
      'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
      '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
      'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
      'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
      'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f'
    ]) {
      it(`refuses the low-order point ${point.slice(0, 8)}…`, () => {
        const [, responder] = pair()
        responder.readMessage(hex(point))

        expect(() => responder.writeMessage(NONE)).to.throw().with.property('code', 'ERR_NOISE_KEY')
      })
    }

    it('refuses every change of a byte and every cut of a message', () => {
      fc.assert(fc.property(fc.integer({ min: 1, max: 2 }), fc.nat(200), fc.integer({ min: 1, max: 255 }), fc.boolean(), (target, at, flip, cuts) => {
        const [initiator, responder] = pair()
        let refused = false

        // a first message that was changed shows in the second
        for (let step = 0; step < 3 && !refused; step++) {
          const [writer, reader] = step === 1 ? [responder, initiator] : [initiator, responder]
          const message = writer.writeMessage(Uint8Array.of(1, 2, 3))

          if (step === target) {
            message[at % message.length] = (message[at % message.length] ?? 0) ^ flip
          }

          try {
            reader.readMessage(step === target && cuts ? message.subarray(0, at % message.length) : message)
          } catch (err) {
            expect(err).to.have.property('name', 'NoiseError')
            refused = true
          }
        }

        expect(refused).to.equal(true)
      }), { numRuns: 200 })
    })

    it('encrypts pieces as if they were joined, and leaves them as they are', () => {
      fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 50 })), fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }), (pieces, cuts) => {
        const before = toHex(...pieces)
        const key = secret(9)
        const sealed = Buffer.concat(new CipherState(crypto, key).encrypt(pieces))
        expect(sealed.toString('hex')).to.equal(toHex(...new CipherState(crypto, key).encrypt([hex(before)])))
        expect(toHex(...pieces)).to.equal(before)

        const cut: Uint8Array[] = []
        for (let offset = 0, i = 0; offset < sealed.length; i++) {
          cut.push(sealed.subarray(offset, offset += cuts[i % cuts.length] ?? 1))
        }
        expect(toHex(...new CipherState(crypto, key).decrypt(cut))).to.equal(before)
      }), { numRuns: 200 })
    })

    it('refuses a record that is repeated, left out, too short or changed', () => {
      const make = (): CipherState => new CipherState(crypto, secret(9))
      const sender = make()
      const [first, second] = [sender.encrypt([Uint8Array.of(1)]), sender.encrypt([Uint8Array.of(2)])]
      const receiver = make()
      receiver.decrypt(first)

      expect(() => receiver.decrypt(first)).to.throw().with.property('code', 'ERR_NOISE_DECRYPT')
      expect(() => make().decrypt(second)).to.throw().with.property('code', 'ERR_NOISE_DECRYPT')
      expect(() => make().decrypt([new Uint8Array(15)])).to.throw().with.property('code', 'ERR_NOISE_DECRYPT')
    })

    it('never uses a nonce twice: it stops', () => {
      const cipher = new CipherState(crypto, secret(9), Number.MAX_SAFE_INTEGER - 1)
      cipher.encrypt([NONE])

      expect(() => cipher.encrypt([NONE])).to.throw().with.property('code', 'ERR_NOISE_NONCE')
    })

    it('counts beyond 32 bits', () => {
      const [a, b] = [new CipherState(crypto, secret(9), 0xffff_ffff), new CipherState(crypto, secret(9), 0x1_0000_0000)]
      a.encrypt([NONE])

      expect(toHex(...a.encrypt([NONE]))).to.equal(toHex(...b.encrypt([NONE])))
      expect(toHex(...b.encrypt([NONE]))).to.not.equal(toHex(...new CipherState(crypto, secret(9), 1).encrypt([NONE])))
    })
  })
}
