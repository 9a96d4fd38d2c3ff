import { readFile } from 'node:fs/promises'
import { expect } from 'aegir/chai'
import * as errors from '../src/errors.ts'
import * as options from '../src/options.ts'

/** The numbers of the options that have one by default. */
const DEFAULTS: Record<string, number> = {
  handshakeTimeout: options.DEFAULT_HANDSHAKE_TIMEOUT,
  firstByteTimeout: options.DEFAULT_FIRST_BYTE_TIMEOUT,
  inboundUpgradeTimeout: options.DEFAULT_INBOUND_UPGRADE_TIMEOUT,
  maxPendingConnections: options.DEFAULT_MAX_PENDING,
  maxPendingConnectionsPerAddress: options.DEFAULT_MAX_PENDING_PER_ADDRESS,
  maxBufferedAmount: options.DEFAULT_MAX_BUFFERED_AMOUNT,
  maxPayload: options.DEFAULT_MAX_PAYLOAD,
  closeTimeout: options.DEFAULT_CLOSE_TIMEOUT
}

interface Documented {
  comment: string

  /** Node's alone. */
  node: boolean
}

describe('README', () => {
  let rows: Map<string, Documented>
  let declared: Map<string, Documented>
  let readme: string

  before(async () => {
    readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
    rows = rowsOf(/## Options\n([^]*?)\n## /.exec(readme)?.[1] ?? '')
    declared = optionsOf(await readFile(new URL('../src/options.ts', import.meta.url), 'utf8'))
  })

  it('has every option, and no other', () => {
    expect(declared.size).to.be.greaterThan(20)
    expect([...rows.keys()]).to.have.members([...declared.keys()])
  })

  it('says which options are Node\'s', () => {
    expect([...rows].filter(([, { node }]) => node).map(([name]) => name)).to.have.members([...declared].filter(([, { node }]) => node).map(([name]) => name))
  })

  it('has the defaults of the source, and so have the docstrings', () => {
    for (const [name, value] of Object.entries(DEFAULTS)) {
      const text = value.toLocaleString('en')
      expect(rows.get(name)?.comment, name).to.match(new RegExp(`(^|\\D)${text}(\\D|$)`))
      expect(declared.get(name)?.comment, name).to.include(`Default ${text}`)
    }

    for (const [name, { comment }] of declared) {
      expect(comment, name).to.match(/Default/)
    }
  })

  it('has every metric, and no other', async () => {
    const source = await readFile(new URL('../src/metrics.ts', import.meta.url), 'utf8')
    const named = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([, name = '']) => name)
    expect(named(readme, /^\| `(libp2p_\w+)`/gm)).to.have.members(named(source, /'(libp2p_\w+)'/g)).and.have.length(7)
  })

  it('has every error that the transport makes, with its code', () => {
    for (const type of Object.keys(errors)) {
      expect(readme).to.match(new RegExp(`\\| \`${type}\` \\| \`ERR_[A-Z_]+\` \\|`))
    }
  })
})

/** The rows of the tables, by the names in their first cell. */
function rowsOf (section: string): Map<string, Documented> {
  return new Map(section.split('\n').filter(line => line.startsWith('| `')).flatMap(line => {
    const [, names = '', node = '', ...rest] = line.split('|')

    return [...names.matchAll(/`(\w+)`/g)].map(([, name = '']) => [name, { comment: rest.join('|'), node: node.includes('N') }] as const)
  }))
}

/** The members of the option interfaces, by name. */
function optionsOf (source: string): Map<string, Documented> {
  const interfaces = source.matchAll(/(\/\*\* [^\n]*)\nexport interface (?:Dial|Listen|Connection)Options \{\n([^]*?)\n\}/g)

  return new Map([...interfaces].flatMap(([, about = '', body = '']) => [...body.matchAll(/ {2}\/\*\*([^]*?)\*\/\n {2}(\w+)\?:/g)].map(([, comment = '', name = '']) => {
    const text = comment.replaceAll(/\s*\n\s*\* ?/g, ' ')

    return [name, { comment: text, node: /\bNode\b/.test(text) || about.includes('All of it Node\'s') }] as const
  })))
}
