import tests from '@libp2p/interface-compliance-tests/stream-muxer'
import { yamux } from '../src/index.ts'

describe('js-libp2p\'s compliance suite for muxers', () => {
  tests({
    async setup () {
      return yamux()()
    },
    async teardown () {}
  })
})
