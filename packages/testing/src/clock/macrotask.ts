// Taken when the module loads, so that a test that patches the globals does not change what a turn is.
const { setTimeout, setImmediate, MessageChannel } = globalThis

/** Resolves in the next turn of the event loop, when every promise job that was queued has run. */
export async function macrotask (): Promise<void> {
  await new Promise<void>(resolve => {
    if (setImmediate != null) {
      setImmediate(resolve)
      return
    }

    const { port1, port2 } = new MessageChannel()
    port1.onmessage = (): void => {
      port1.close()
      resolve()
    }
    port2.postMessage(undefined)
  })
}

/** Resolves `ms` real milliseconds from now. */
export async function realDelay (ms: number): Promise<void> {
  await new Promise<void>(resolve => { setTimeout(resolve, ms) })
}
