export interface Summary {
  median: number
  min: number
  max: number

  /** How many values. */
  count: number
}

/** The middle value, or the mean of the two in the middle; NaN of nothing. */
export function median (values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? NaN

  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? NaN)) / 2
}

/** Undefined of nothing. */
export function summarize (values: number[]): Summary | undefined {
  return values.length === 0
    ? undefined
    : { median: median(values), min: Math.min(...values), max: Math.max(...values), count: values.length }
}
