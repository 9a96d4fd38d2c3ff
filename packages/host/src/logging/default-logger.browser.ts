import { base32 } from 'multiformats/bases/base32'
import { base58btc } from 'multiformats/bases/base58'
import { base64 } from 'multiformats/bases/base64'
import { currentSelection } from './log-selection.ts'
import type { ComponentLogger, Logger } from '@libp2p/interface'

type Print = (formatter: any, ...args: any[]) => void

/** The formats that `@libp2p/logger` adds to the console's. */
const FORMATS: Record<string, (value: any) => string> = {
  a: String,
  b: base58btc.baseEncode.bind(base58btc),
  c: String,
  j: value => JSON.stringify(value),
  k: String,
  m: base64.baseEncode.bind(base64),
  p: String,
  t: base32.baseEncode.bind(base32)
}

/**
 * Prints what `localStorage.debug` selects to the console: what `@libp2p/logger`
 * does in a page, less what the console does itself.
 */
export function defaultLogger (): ComponentLogger {
  return { forComponent: createLogger }
}

function createLogger (name: string): Logger {
  const isTraced = currentSelection().hasTrace(`${name}:trace`)
  const log = printer(name)
  const logger = Object.assign((formatter: any, ...args: any[]) => { log(formatter, ...args) }, {
    enabled: false,
    error: printer(`${name}:error`),
    trace: isTraced ? printer(`${name}:trace`) : () => {},
    newScope: (scope: string) => createLogger(`${name}:${scope}`)
  })

  return Object.defineProperty(logger, 'enabled', { get: () => currentSelection().has(name) })
}

function printer (name: string): Print {
  const color = `color: hsl(${hueOf(name)} 80% 40%)`
  let selection = currentSelection()
  let isSelected = selection.has(name)
  let last: number | undefined

  return (formatter, ...args) => {
    if (selection !== currentSelection()) {
      selection = currentSelection()
      isSelected = selection.has(name)
    }

    if (isSelected) {
      const now = Date.now()
      const [format, ...values] = formatted(formatter, args)
      // eslint-disable-next-line no-console
      console.debug(`%c${name} %c${format} %c+${now - (last ?? now)}ms`, color, 'color: inherit', ...values, color)
      last = now
    }
  }
}

function formatted (formatter: any, args: any[]): any[] {
  if (typeof formatter !== 'string') {
    return ['%o', formatter, ...args]
  }

  const values = [...args]
  let next = 0
  const format = formatter.replace(/%([a-z%])/gi, (match, letter) => {
    if (letter === '%') {
      return match
    }

    const i = next++
    const toText = FORMATS[letter]

    if (toText == null) {
      // the console shows an error with its cause and where it comes from
      return letter === 'e' ? '%o' : match
    }

    values[i] = values[i] == null ? 'undefined' : toText(values[i])

    return '%s'
  })

  return [format, ...values]
}

/** The same color for a name wherever it is printed. */
function hueOf (name: string): number {
  return [...name].reduce((hash, character) => (hash * 31 + character.charCodeAt(0)) % 360, 0)
}
