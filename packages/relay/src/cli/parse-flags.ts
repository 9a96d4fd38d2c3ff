import { InvalidValueError } from '@libp2p-ws/core'

export interface Flag {
  /** What its value is called in the usage; without one the flag is a boolean. */
  value?: string
  repeatable?: boolean
  help: string

  /** Another name for the same flag. */
  alias?: string
}

/** By name: 'true' for a boolean that was given, else the values in their order. */
export type FlagValues<Name extends string> = Partial<Record<Name, string[]>>

const TRUE = new Set(['true', '1', 't'])
const FALSE = new Set(['false', '0', 'f'])

/**
 * Parses flags as Go's `flag` package takes them: `-port 8888`, `--port 8888`
 * and `-port=8888` are the same. Where a flag is not repeatable the last value
 * counts.
 *
 * @throws {InvalidValueError} naming the argument
 */
export function parseFlags<Name extends string> (args: string[], flags: Record<Name, Flag>): FlagValues<Name> {
  const values: FlagValues<Name> = {}

  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? ''
    const [, name = '', inline] = /^--?([^-=][^=]*)(?:=(.*))?$/s.exec(arg) ?? []
    const flag = findFlag(flags, name)

    if (flag === undefined) {
      throw new InvalidValueError('argument', arg, arg.startsWith('-') ? `unknown flag ${arg}` : `unexpected argument "${arg}"`)
    }

    const { value, repeatable } = flags[flag]

    if (value === undefined) {
      values[flag] = readBoolean(arg, inline) ? ['true'] : []
      continue
    }

    const text = inline ?? args[++i]

    if (text === undefined) {
      throw new InvalidValueError('argument', arg, `flag ${arg} needs a value: ${value}`)
    }

    values[flag] = repeatable === true ? [...values[flag] ?? [], text] : [text]
  }

  return values
}

export function formatFlags (flags: Record<string, Flag>): string {
  return Object.entries(flags).map(([name, { value, repeatable, help }]) => {
    const left = `  -${name}${value === undefined ? '' : ` ${value}`}`

    return `${left.padEnd(20)} ${help}${repeatable === true ? ' (repeatable)' : ''}\n`
  }).join('')
}

function findFlag<Name extends string> (flags: Record<Name, Flag>, name: string): Name | undefined {
  return Object.hasOwn(flags, name)
    ? name as Name
    : (Object.entries(flags) as Array<[Name, Flag]>).find(([, { alias }]) => alias !== undefined && alias === name)?.[0]
}

function readBoolean (arg: string, inline: string | undefined): boolean {
  if (inline === undefined || TRUE.has(inline.toLowerCase())) {
    return true
  }

  if (FALSE.has(inline.toLowerCase())) {
    return false
  }

  throw new InvalidValueError('argument', arg, `flag ${arg} is neither true nor false`)
}
