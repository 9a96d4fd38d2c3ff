/** Ms that it takes to run `once` for `count` times, `concurrency` at a time; each worker begins anew when it is done. */
export async function timed (count: number, concurrency: number, once: (worker: number) => Promise<void>): Promise<number> {
  const start = performance.now()

  await Promise.all(Array.from({ length: concurrency }, async (_, worker) => {
    for (let n = 0; n < count / concurrency; n++) {
      await once(worker)
    }
  }))

  return performance.now() - start
}
