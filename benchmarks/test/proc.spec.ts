import { expect } from 'aegir/chai'
import { cpuSeconds, residentBytes } from '../suite/proc.ts'
import { skipWithoutProc } from './skip.ts'

describe('what /proc says of a process', function () {
  before(skipWithoutProc)

  it('is its CPU time, in all threads', () => {
    const { user, system } = process.cpuUsage()

    // ticks are of 10 ms, one for each of the two
    expect(cpuSeconds(process.pid)).to.be.closeTo((user + system) / 1e6, 0.05)
  })

  it('is its resident memory', () => {
    const pages = new Uint8Array(64 * 1024 * 1024)
    const before = residentBytes(process.pid)
    pages.fill(1)

    expect(residentBytes(process.pid) - before).to.be.closeTo(pages.byteLength, 8 * 1024 * 1024)
    expect(pages.at(-1)).to.equal(1)
  })
})
