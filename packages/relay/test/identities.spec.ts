import { FakeClock } from '@libp2p-ws/testing'
import { expect } from 'aegir/chai'
import { KeyInUseError } from '../src/errors.ts'
import { Identities } from '../src/identities.ts'

describe('identities', () => {
  it('are held by one session at a time', async () => {
    const clock = new FakeClock()
    const identities = new Identities(clock)
    await identities.claim('one')
    await identities.claim('two')
    const second = identities.claim('one').catch((err: unknown) => err)
    await clock.advanceAsync(500)

    expect(await second).to.be.an.instanceOf(KeyInUseError).with.property('peerId', 'one')
  })

  it('go to who waits, once the holder is gone', async () => {
    const clock = new FakeClock()
    const identities = new Identities(clock)
    const first = await identities.claim('one')
    let isSecond = false
    const second = identities.claim('one').then(() => { isSecond = true })

    first.closing()
    await clock.advanceAsync(10_000)
    expect(isSecond).to.equal(false)

    first.release()
    await second
    expect(isSecond).to.equal(true)
  })

  it('go to one of two that wait, and the other is told', async () => {
    const clock = new FakeClock()
    const identities = new Identities(clock)
    const first = await identities.claim('one')
    const waiting = Promise.allSettled([identities.claim('one'), identities.claim('one')])
    first.release()

    expect((await clock.runUntil(waiting)).map(({ status }) => status)).to.deep.equal(['fulfilled', 'rejected'])
  })

  it('can be had again after they were released', async () => {
    const identities = new Identities(new FakeClock())
    const first = await identities.claim('one')
    first.release()

    await identities.claim('one')
  })
})
