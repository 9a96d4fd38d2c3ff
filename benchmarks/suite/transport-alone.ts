import { fileURLToPath } from 'node:url'
import { Child } from '@libp2p-ws/interop/child-process'
import type { Values } from './scenarios.ts'
import type { StackName } from './stacks.ts'

/** What `transport.ts` measures: transports by the names of their stacks, raw TCP, raw `ws`. */
const WIRES = ['ours', 'js', 'tcp', 'ws'] as const
export type WireName = typeof WIRES[number]

const PROGRAM = fileURLToPath(new URL('../transport.ts', import.meta.url))
const MIB = 1024 * 1024

/** Between the start of a process and its line of output, ms. */
const TIMEOUT = 120_000

/** Transports of stacks that are measured, and what is below them. */
export function wiresFor (stacks: readonly StackName[]): Array<{ name: WireName }> {
  return WIRES.filter(wire => wire === 'tcp' || wire === 'ws' || stacks.includes(wire)).map(name => ({ name }))
}

/**
 * The transport without security and muxer, in two new processes.
 *
 * @throws {Error} when one of them fails or takes too long
 */
export async function measureTransport (wire: WireName, { bytes, dials }: { bytes: number, dials: number }): Promise<Values> {
  const sizes = ['--mib', (bytes / MIB).toString(), '--connections', dials.toString()]
  const listener = new Child(process.execPath, [PROGRAM, '--listen', wire, ...sizes])
  let dialer: Child | undefined

  try {
    const address = await listener.readLine(TIMEOUT)
    dialer = new Child(process.execPath, [PROGRAM, '--dial', wire, '--address', address, ...sizes])
    const { upload, cpu, connect } = JSON.parse(await dialer.readLine(TIMEOUT))

    return { 'transport-upload': upload, 'transport-cpu': cpu, 'transport-dial': connect }
  } finally {
    await Promise.all([listener.stop(), dialer?.stop()])
  }
}
