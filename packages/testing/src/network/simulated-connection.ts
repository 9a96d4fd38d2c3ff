import { AbstractMultiaddrConnection } from '@libp2p/utils'
import { SimulatedNetworkError } from './errors.ts'
import type { WireEnd } from './wire.ts'
import type { Logger, MessageStreamDirection } from '@libp2p/interface'
import type { SendResult } from '@libp2p/utils'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { Uint8ArrayList } from 'uint8arraylist'

export interface SimulatedConnectionInit {
  end: WireEnd
  remoteAddr: Multiaddr
  direction: MessageStreamDirection
  log: Logger
}

/** What a transport hands to the upgrader: one end of a wire behind js-libp2p's interface. */
export class SimulatedConnection extends AbstractMultiaddrConnection {
  readonly #end: WireEnd

  constructor (init: SimulatedConnectionInit) {
    super(init)
    this.#end = init.end
    this.#end.attach({
      onData: data => { this.onData(data) },
      onDrain: () => { this.safeDispatchEvent('drain') },
      onEnd: () => { this.onTransportClosed() },
      onReset: () => { this.onRemoteReset() },
      onTimeout: () => { this.abort(new SimulatedNetworkError('ETIMEDOUT', 'write', init.remoteAddr)) }
    })
  }

  sendData (data: Uint8ArrayList): SendResult {
    return { sentBytes: data.byteLength, canSendMore: this.#end.write(data) }
  }

  sendReset (): void {
    this.#end.reset()
  }

  sendPause (): void {
    this.#end.pause()
  }

  sendResume (): void {
    this.#end.resume()
  }

  async sendClose (): Promise<void> {
    this.#end.close()
  }
}
