/**
 * A soak as long as one likes: `node test/soak/run.ts [--minutes 10] [--loss 0.02]`.
 * Needs root and Linux. Prints a line for each round; exit code 1 when something
 * is wrong.
 */
import { parseArgs } from 'node:util'
import { findings, soak } from './soak.ts'

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' }, loss: { type: 'string', default: '0.02' } } })
const rounds = Math.max(3, Math.round(Number(values.minutes) * 2))
const states = await soak({
  rounds,
  roundTime: 30_000,
  loss: Number(values.loss),
  onRound: (round, { listener, dialer }) => {
    const heap = [listener, dialer].map(state => `${(state.heap / 2 ** 20).toFixed(2)} MiB`).join(' and ')
    process.stdout.write(`round ${round} of ${rounds}: heap ${heap}, handles ${listener.handles.join(' ')}, ${JSON.stringify({ ...dialer.done, ...listener.done })}\n`)
  }
})
const wrong = findings(states, Math.ceil(rounds / 4))

process.stdout.write(wrong.length === 0 ? 'nothing leaked, and every acknowledged byte arrived once and in order\n' : `${wrong.join('\n')}\n`)
process.exitCode = wrong.length === 0 ? 0 : 1
