import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { transportSuite } from '@libp2p-ws/testing'
import { connectSocket } from '@libp2p-ws/testing/node'
import { unix } from '../src/index.ts'

describe('unix()', () => {
  transportSuite(async ({ dialer, listener }) => {
    const directory = await mkdtemp(join(tmpdir(), 'unix-transport-'))
    const address = (name: string): string => `/unix/${encodeURIComponent(join(directory, name))}`

    return {
      dialer: unix()(dialer),
      listener: unix()(listener),
      listenOn: [address('one.sock'), address('two.sock')],
      foreign: ['/ip4/127.0.0.1/tcp/4001', `${address('one.sock')}/tls`],
      tearDown: async () => rm(directory, { recursive: true })
    }
  }, {
    // there is no reset on a Unix socket: an abort looks like a close
    capabilities: { abortReset: false },
    connectRaw: connectSocket
  })
})
