import { expect } from 'aegir/chai'
import fc from 'fast-check'
import { LeanEventTarget } from '../src/index.ts'

type Events = Record<'a' | 'b', Event>

type Step =
  | { do: 'add', type: 'a' | 'b', who: number, once: boolean, capture: boolean }
  | { do: 'remove', type: 'a' | 'b', who: number, capture: boolean }
  | { do: 'dispatch', type: 'a' | 'b' }
  | { do: 'abort' }

const type = fc.constantFrom('a' as const, 'b' as const)
const who = fc.nat(5)
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('add' as const), type, who, once: fc.boolean(), capture: fc.boolean() }),
  fc.record({ do: fc.constant('remove' as const), type, who, capture: fc.boolean() }),
  fc.record({ do: fc.constant('dispatch' as const), type }),
  fc.constant({ do: 'abort' as const })
)

/** What is called, and what a dispatch returns. */
function run (target: EventTarget, steps: Step[]): unknown[] {
  const log: unknown[] = []
  const controller = new AbortController()
  const listeners: any[] = [0, 1, 2, 3].map(id => (event: Event) => {
    log.push([id, event.type, event.target === target])

    // in the middle of a dispatch
    if (id === 1) {
      target.removeEventListener('a', listeners[2])
    }
  })
  listeners.push({ handleEvent: (event: Event) => { log.push(['object', event.type]) } }, null)

  for (const step of steps) {
    if (step.do === 'add') {
      target.addEventListener(step.type, listeners[step.who], { once: step.once, capture: step.capture, ...step.who === 0 && { signal: controller.signal } })
    } else if (step.do === 'remove') {
      target.removeEventListener(step.type, listeners[step.who], step.capture)
    } else if (step.do === 'abort') {
      controller.abort()
    } else {
      log.push(target.dispatchEvent(new Event(step.type)))
    }
  }

  return log
}

describe('event target', () => {
  it('calls whom an EventTarget calls', () => {
    fc.assert(fc.property(fc.array(step, { maxLength: 20 }), steps => {
      expect(run(new LeanEventTarget<Events>(), steps)).to.deep.equal(run(new EventTarget(), steps))
    }), { numRuns: 2_000 })
  })

  // the DOM standard; Node calls it, unless it is the last
  it('does not call in a dispatch who comes in the middle of it', () => {
    const target = new LeanEventTarget<Events>()
    const log: string[] = []
    target.addEventListener('a', event => {
      log.push(`first ${event.currentTarget === target}`)
      target.addEventListener('a', () => { log.push('late') })
    }, { once: true })
    target.addEventListener('a', () => { log.push('second') })
    target.safeDispatchEvent('a')
    expect(log).to.deep.equal(['first true', 'second'])
    target.safeDispatchEvent('a')
    expect(log).to.deep.equal(['first true', 'second', 'second', 'late'])
  })

  it('counts listeners', () => {
    const target = new LeanEventTarget<Events>()
    const controller = new AbortController()
    target.addEventListener('a', () => {}, { once: true })
    target.addEventListener('a', () => {}, { signal: controller.signal })
    expect(target.listenerCount('a')).to.equal(2)
    target.safeDispatchEvent('a')
    expect(target.listenerCount('a')).to.equal(1)
    controller.abort()
    expect(target.listenerCount('a')).to.equal(0)
  })

  it('calls the others when a listener throws, and throws where everybody sees it', async () => {
    const target = new LeanEventTarget<Events>()
    const error = new Error('a listener of the user threw')
    const others = process.listeners('uncaughtException')
    process.removeAllListeners('uncaughtException')
    const thrown = new Promise(resolve => { process.once('uncaughtException', resolve) })
    let called = false
    target.addEventListener('a', () => { throw error })
    target.addEventListener('a', () => { called = true })
    target.safeDispatchEvent('a')
    expect(called).to.equal(true)
    expect(await thrown).to.equal(error)
    others.forEach(listener => process.on('uncaughtException', listener))
  })

  it('says whether a listener prevented the default', () => {
    const target = new LeanEventTarget<Events>()
    target.addEventListener('a', event => { event.preventDefault() })
    expect(target.dispatchEvent(new Event('a', { cancelable: true }))).to.equal(false)
  })
})
