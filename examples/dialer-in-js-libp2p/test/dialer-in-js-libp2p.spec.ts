import { fileURLToPath } from 'node:url'
import { runToEnd } from '@libp2p-ws/interop/child-process'
import { expect } from 'aegir/chai'

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url))

/** js-libp2p gives up after 10 s. */
const TIMEOUT = 30_000

async function run (...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runToEnd(process.execPath, [MAIN, ...args], { timeout: TIMEOUT })

  expect(stderr).to.equal('')
  expect(code).to.equal(0)

  return stdout
}

describe('the dialer in js-libp2p', function () {
  this.timeout(2 * TIMEOUT)

  it('connects past two addresses that hang, and draws how', async () => {
    const [summary = '', ...rest] = (await run()).trim().split('\n')

    expect(summary).to.match(/: connected after \d+ ms$/)
    expect(rest.filter(line => line.includes('canceled after'))).to.have.lengthOf(2)
    expect(rest.filter(line => line.includes('connected in'))).to.have.lengthOf(1)
    expect(rest.at(-1)).to.match(/^connected to \/ip4\/127.0.0.1\/tcp\/\d+\/ws\/p2p\/\w+ after \d+ ms$/)
  })

  it('is what makes it connect: stock js-libp2p gives up', async () => {
    expect(await run('--stock')).to.match(/^not connected after \d+ ms: TimeoutError/)
  })
})
