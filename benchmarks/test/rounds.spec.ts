import { expect } from 'aegir/chai'
import { parseOptions } from '../suite/options.ts'
import { pairNames, rotate, scenariosOf } from '../suite/rounds.ts'
import { wiresFor } from '../suite/transport-alone.ts'
import type { Stack } from '../suite/stacks.ts'

describe('a round', () => {
  const [ours, js, go] = (['ours', 'js', 'go'] as const).map((name): Stack => ({ name, implementation: name, command: name, args: [] })) as [Stack, Stack, Stack]

  it('begins with another pair than the one before', () => {
    expect([1, 2, 3, 4].map(round => rotate(['a', 'b', 'c'], round).join(''))).to.deep.equal(['abc', 'bca', 'cab', 'abc'])
    expect(rotate([], 2)).to.deep.equal([])
  })

  it('has each stack with itself, and ours with go both ways', () => {
    expect(pairNames([ours, js, go], true).map(({ name }) => name)).to.deep.equal(['ours', 'js', 'go', 'ours → go', 'go → ours'])
    expect(pairNames([ours, js, go], false)).to.have.lengthOf(3)
    expect(pairNames([ours, js], true)).to.have.lengthOf(2)
  })

  it('measures between two stacks, and over a delay, what is meant for that', () => {
    const options = parseOptions([])
    const namesOf = (dialer: Stack, listener: Stack, delayed: boolean): string[] =>
      scenariosOf(options, { name: 'any', dialer, listener }, delayed).map(({ name }) => name)

    expect(namesOf(ours, ours, false)).to.include.members(['upload', 'download-16', 'echo', 'dial-16'])
    expect(namesOf(ours, go, false)).to.deep.equal(['upload', 'download'])
    expect(namesOf(go, go, true)).to.deep.equal(['upload', 'download', 'echo', 'dial'])
    expect(namesOf(ours, go, true)).to.deep.equal([])
  })

  it('has only what was chosen', () => {
    const options = parseOptions(['--scenario', 'dial'])

    expect(scenariosOf(options, { name: 'ours', dialer: ours, listener: ours }, false).map(({ name }) => name)).to.deep.equal(['dial'])
    expect(wiresFor(['go', 'ours']).map(({ name }) => name)).to.deep.equal(['ours', 'tcp', 'ws'])
  })
})
