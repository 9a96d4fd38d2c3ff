import { expect } from 'aegir/chai'
import { parseOptions, SCENARIO_NAMES } from '../suite/options.ts'

describe('the command line', () => {
  it('measures everything unless told otherwise, and only then may it be published', () => {
    const options = parseOptions([])

    expect(options.scenarios).to.deep.equal(SCENARIO_NAMES)
    expect(options.rounds).to.be.at.least(5)
    expect(options.rtts).to.deep.equal([20, 100])
    expect(options.complete).to.equal(true)

    for (const args of [['--quick'], ['--scenario', 'dial'], ['--stacks', 'ours,js'], ['--security', 'noise'], ['--rtt', '20'], ['--no-cross'], ['--rounds', '4'], ['--profile', 'folder']]) {
      expect(parseOptions(args).complete, args.join(' ')).to.equal(false)
    }

    expect(parseOptions(['--rounds', '9']).complete).to.equal(true)
    expect(parseOptions(['--no-build']).complete).to.equal(true)
  })

  it('takes what is chosen, in that order', () => {
    const options = parseOptions(['--scenario', 'echo,dial', '--stacks', 'go,ours', '--security', 'tls', '--rtt', '5,300'])

    expect(options.scenarios).to.deep.equal(['echo', 'dial'])
    expect(options.stacks).to.deep.equal(['go', 'ours'])
    expect(options.securities).to.deep.equal(['tls'])
    expect(options.rtts).to.deep.equal([5, 300])
  })

  it('measures over no link with a delay when told so', () => {
    expect(parseOptions(['--rtt', '']).rtts).to.deep.equal([])
  })

  it('names what it cannot use', () => {
    expect(() => parseOptions(['--scenario', 'dail'])).to.throw(TypeError, /"dail" is none of upload/)
    expect(() => parseOptions(['--rounds', '0'])).to.throw(TypeError, /--rounds .* "0"/)
    expect(() => parseOptions(['--rtt', 'far'])).to.throw(TypeError, /--rtt .* "far"/)
    expect(() => parseOptions(['--fast'])).to.throw(TypeError)
  })
})
