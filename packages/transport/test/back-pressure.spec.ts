import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { expect } from 'aegir/chai'
import type { TransferRole } from './fixtures/transfer.ts'
import type { ChildProcess } from 'node:child_process'

/** What is sent. The whole of 1 GiB at 8 MiB/s takes more than two minutes: `BACK_PRESSURE_MIB=1024 BACK_PRESSURE_RATE=8`. */
const MIB = Number(process.env['BACK_PRESSURE_MIB'] ?? 128)
const RATE = Number(process.env['BACK_PRESSURE_RATE'] ?? 64)
const LIMIT = 64

describe('back-pressure', function () {
  this.timeout(600_000)

  const children: ChildProcess[] = []

  afterEach(() => {
    for (const child of children.splice(0)) {
      child.kill()
    }
  })

  function start (role: TransferRole): () => Promise<any> {
    const child = spawn(process.execPath, [new URL('fixtures/transfer.ts', import.meta.url).pathname, JSON.stringify(role)], { stdio: ['ignore', 'pipe', 'inherit'] })
    children.push(child)
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]()

    return async () => JSON.parse((await lines.next()).value ?? 'null')
  }

  const itBounds = (sender: 'dialer' | 'listener'): void => {
    it(`bounds the memory of both ends when a ${sender} sends faster than the far end reads`, async () => {
      const listener = start({ send: sender === 'listener', mib: MIB, rate: RATE })
      const { address }: { address: string } = await listener()
      const dialer = start({ dial: address, send: sender === 'dialer', mib: MIB, rate: RATE })
      const [near, far] = await Promise.all([dialer(), listener()])
      process.stdout.write(`      ${MIB} MiB at ${RATE} MiB/s: the dialer grew by ${near.grewBy.toFixed(1)} MiB, the listener by ${far.grewBy.toFixed(1)} MiB\n`)
      expect(near.grewBy).to.be.lessThan(LIMIT)
      expect(far.grewBy).to.be.lessThan(LIMIT)
    })
  }

  itBounds('dialer')
  itBounds('listener')
})
