/** A message event of a stream that can free the memory of its data. */
export interface ReleasableMessage {
  /** See `releaseMessage`. */
  release(): void
}

/**
 * Nobody will use `event.data` after the listeners have returned: its memory is
 * freed then, where it would wait for the garbage collector. Without effect on a
 * stream that cannot, and when the listeners have returned.
 *
 * @param event - of `message`, while it is dispatched
 */
export function releaseMessage (event: Event): void {
  if ('release' in event) {
    (event as Event & ReleasableMessage).release()
  }
}
