import type { Metrics } from '@libp2p/interface'

/** `method`, reported under `name` where the metrics implementation traces calls. */
export function traced<F extends (...args: any[]) => any> (metrics: Metrics | undefined, name: string, method: F, options: Record<string, any>): F {
  return metrics?.traceFunction?.(name, method as any, options as any) as F | undefined ?? method
}

/** As `getAttributesFromYieldedValue`: the ids of what was yielded so far, under `key`. */
export function collectIds (key: string): (value: { id: { toString(): string } }, attrs: Record<string, any>) => Record<string, any> {
  return (value, attrs) => ({ ...attrs, [key]: [...Array.isArray(attrs[key]) ? attrs[key] : [], value.id.toString()] })
}
