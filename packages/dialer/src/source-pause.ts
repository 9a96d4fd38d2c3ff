import type { Clock, ClockTimer } from '@libp2p-ws/core'

export interface SourcePauseInit {
  clock: Clock

  /** Ends every wait. */
  signal: AbortSignal

  /** The source waits, with all that it brought passed on; or, when `isOver`, goes on. */
  onChange(isOver: boolean): void
}

/** A source of candidates that costs something waits here until it is needed. */
export class SourcePause {
  readonly #init: SourcePauseInit
  #end: (() => void) | undefined
  #wasTold = false

  constructor (init: SourcePauseInit) {
    this.#init = init
  }

  /** Whether the source has asked to wait. */
  get isWanted (): boolean {
    return this.#end !== undefined
  }

  /** Resolves with `goOn`, or after `patience` ms; rejects with the signal's reason. */
  async wait (patience: number): Promise<void> {
    const { clock, signal } = this.#init
    let timer: ClockTimer | undefined
    let onAbort: (() => void) | undefined

    try {
      await new Promise<void>((resolve, reject) => {
        onAbort = () => { reject(signal.reason) }
        signal.addEventListener('abort', onAbort, { once: true })
        timer = patience < Infinity ? clock.setTimeout(() => { this.goOn() }, patience) : undefined
        this.#end = resolve
      })
    } finally {
      timer?.cancel()

      if (onAbort !== undefined) {
        signal.removeEventListener('abort', onAbort)
      }
    }
  }

  /** All that the source brought has been passed on: from now on it counts as waiting. */
  begin (): void {
    if (this.isWanted && !this.#wasTold) {
      this.#wasTold = true
      this.#init.onChange(false)
    }
  }

  goOn (): void {
    const end = this.#end
    this.#end = undefined

    if (this.#wasTold) {
      this.#wasTold = false
      this.#init.onChange(true)
    }

    end?.()
  }
}
