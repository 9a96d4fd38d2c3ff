import { dialTraceSvg } from '@libp2p-ws/dialer'
import { SCENARIOS } from './scenarios.ts'
import { dialScenario } from './simulated-dial.ts'
import type { Scenario } from './scenarios.ts'
import type { DialTrace } from '@libp2p-ws/core'

const template = document.querySelector<HTMLTemplateElement>('#dial')

const starters = SCENARIOS.map(scenario => {
  const card = template?.content.firstElementChild?.cloneNode(true) as HTMLElement
  document.querySelector('main')?.append(card)

  return show(card, scenario)
})

// one after another: they share one thread, and each is to have its own times
for (const start of starters) {
  await start()
}

/** Fills `card`. Returns what dials, and draws it. */
function show (card: HTMLElement, scenario: Scenario): () => Promise<void> {
  const button = part<HTMLButtonElement>(card, 'button')
  card.id = scenario.id
  part(card, 'h2').textContent = scenario.title
  part(card, 'p').textContent = scenario.text

  const start = async (): Promise<void> => {
    button.disabled = true
    card.dataset.state = 'dialing'

    try {
      await draw(part(card, '.trace'), scenario)
      card.dataset.state = 'ended'
    } catch (err) {
      card.dataset.state = 'broken'
      part(card, '.trace').textContent = `${err}`
    }

    button.disabled = false
  }
  button.addEventListener('click', () => { void start() })

  return start
}

/** Draws the dial frame by frame until it is over. */
async function draw (place: HTMLElement, scenario: Scenario): Promise<void> {
  const { trace, ended } = await dialScenario(scenario)
  let isOver = false

  const frame = (): void => {
    const current = trace()

    if (current !== undefined) {
      // dialTraceSvg escapes what comes from others
      place.innerHTML = dialTraceSvg(untilNow(current))
    }

    isOver || requestAnimationFrame(frame)
  }

  frame()
  await ended
  isOver = true
  frame()
}

/** The bars of a dial that is under way reach to this moment. */
function untilNow (trace: DialTrace): DialTrace {
  return trace.outcome === undefined ? { ...trace, ended: Date.now() - trace.startedAt } : trace
}

function part<T extends HTMLElement> (card: HTMLElement, selector: string): T {
  return card.querySelector(selector) as T
}
