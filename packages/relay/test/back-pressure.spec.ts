import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect } from 'aegir/chai'
import { RelayProcess } from './helpers/relay-process.ts'
import { WireClient, connectBrowsers } from './helpers/wire-client.ts'

const MiB = 1024 * 1024
const TOTAL = 64 * MiB
const CHUNK = 64 * 1024

/** Sockets of the system hold some megabytes on each of the three ways. */
const ON_THE_WAY = 40 * MiB

/** Of the relay process, in bytes; what it had before is taken off. */
function residentMemory (pid: number | undefined): number {
  const [, kilobytes = '0'] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []

  return Number(kilobytes) * 1024
}

function chunk (index: number): Uint8Array {
  return new Uint8Array(CHUNK).map((_, i) => index * 31 + (i >> 8) + i)
}

/** Waits until `read` gives the same twice, a while apart. */
async function steady (read: () => number): Promise<number> {
  for (let last = -1; ;) {
    const value = read()

    if (value === last) {
      return value
    }

    last = value
    await new Promise(resolve => { setTimeout(resolve, 250) })
  }
}

describe('back-pressure', () => {
  let relay: RelayProcess
  let url: string

  before(async () => {
    relay = new RelayProcess(['-port', '0'])
    url = (await relay.line('chat page: ')).replace('/chat.html', '')
  })

  after(async () => {
    await relay.stop()
  })

  it('carries 64 MiB to a browser that does not read for a while, and holds little of it', async () => {
    await carry(false)
  })

  it('carries 64 MiB in frames', async () => {
    await carry(true)
  })

  async function carry (frames: boolean): Promise<void> {
    const [sender, reader] = [await WireClient.start({ url }), await WireClient.start({ url })]
    const { fromId } = await connectBrowsers(sender, reader, { frames })
    const before = process.platform === 'linux' ? residentMemory(relay.child.pid) : 0
    const hash = createHash('sha256')
    reader.socket.pause()

    for (let i = 0; i < TOTAL / CHUNK; i++) {
      const data = chunk(i)
      hash.update(data)
      sender.send({ type: 'data', id: fromId, data })
    }

    const accepted = TOTAL - await steady(() => sender.socket.bufferedAmount)
    expect(accepted).to.be.below(ON_THE_WAY)

    if (process.platform === 'linux') {
      expect(residentMemory(relay.child.pid) - before).to.be.below(TOTAL)
    }

    sender.send({ type: 'close', id: fromId })
    expect(await readToEnd(reader)).to.deep.equal({ length: TOTAL, digest: hash.digest('hex'), reason: 'EOF' })
    await Promise.all([sender.close(), reader.close()])
  }

  async function readToEnd (reader: WireClient): Promise<{ length: number, digest: string, reason: string }> {
    const hash = createHash('sha256')
    let length = 0
    let sincePause = 0

    return new Promise(resolve => {
      reader.socket.on('message', () => {
        const message = reader.log.splice(0).at(-1)

        if (message?.type === 'connection-closed') {
          resolve({ length, digest: hash.digest('hex'), reason: message.reason })
        } else if (message?.type === 'data') {
          hash.update(message.data)
          length += message.data.length
          sincePause += message.data.length
        }

        // Slow, all the way.
        if (sincePause > 2 * MiB) {
          sincePause = 0
          reader.socket.pause()
          setTimeout(() => { reader.socket.resume() }, 5)
        }
      })
      reader.socket.resume()
    })
  }
})
