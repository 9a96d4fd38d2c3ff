/** The end of a soak that is dialed. Run with --expose-gc and an IPC channel. */
import { multiaddr } from '@multiformats/multiaddr'
import { LISTENER_ADDRESS } from './lossy-link.ts'
import { onOrder, report, restingState } from './messages.ts'
import { soakSwarm } from './soak-swarm.ts'
import { BROKEN_TRANSFER, receive, TRANSFER } from './transfer.ts'

const violations: string[] = []
const done = { transfers: 0, broken: 0 }
const swarm = await soakSwarm({ listen: [multiaddr(`/ip4/${LISTENER_ADDRESS}/tcp/0/ws`)] })

swarm.handle(TRANSFER, async stream => {
  try {
    await receive(stream)
    await stream.close()
    done.transfers++
  } catch (err: any) {
    err.violation === true && violations.push(err.message)
    throw err
  }
})

swarm.handle(BROKEN_TRANSFER, async stream => {
  await receive(stream, 10_000)
  done.broken++
  stream.abort(new Error('enough'))
})

onOrder(async order => {
  if (order.type === 'rest') {
    // the dialers have closed theirs; what a killed one left is found dead by a ping
    while (swarm.conns().length > 0) {
      await new Promise(resolve => setTimeout(resolve, 50))
    }

    report({ type: 'rested', state: await restingState(() => swarm.snapshot().resources, done, violations) })
  } else if (order.type === 'stop') {
    await swarm.close()
    process.disconnect?.()
  }
})

report({ type: 'listening', peer: swarm.localPeer.toString(), address: String(swarm.listenAddresses()[0]) })
