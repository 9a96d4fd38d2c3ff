export const METRICS = {
  upload: { label: 'upload, 1 stream', unit: 'MiB/s', better: 'higher' },
  'upload-cpu': { label: 'upload, CPU of both ends', unit: 's/GiB', better: 'lower' },
  download: { label: 'download, 1 stream', unit: 'MiB/s', better: 'higher' },
  'download-cpu': { label: 'download, CPU of both ends', unit: 's/GiB', better: 'lower' },
  'download-kept': { label: 'download, 1 stream, no memory given back', unit: 'MiB/s', better: 'higher' },
  both: { label: 'both ways at once, 1 stream', unit: 'MiB/s', better: 'higher' },
  'upload-16': { label: 'upload, 16 streams', unit: 'MiB/s', better: 'higher' },
  'download-16': { label: 'download, 16 streams', unit: 'MiB/s', better: 'higher' },
  echo: { label: 'stream open + echo', unit: 'ms', better: 'lower' },
  'echo-cpu': { label: 'stream open + echo, CPU of both ends', unit: 'ms', better: 'lower' },
  'echo-16': { label: 'stream open + echo, 16 at once', unit: '/s', better: 'higher' },
  dial: { label: 'dial + close', unit: 'ms', better: 'lower' },
  'dial-cpu': { label: 'dial + close, CPU of both ends', unit: 'ms', better: 'lower' },
  'dial-16': { label: 'dial + close, 16 at once', unit: '/s', better: 'higher' },
  memory: { label: 'idle inbound connection, RSS', unit: 'KB', better: 'lower' },
  'transport-upload': { label: 'transport alone, client → server', unit: 'MiB/s', better: 'higher' },
  'transport-cpu': { label: 'transport alone, CPU of both ends', unit: 's/GiB', better: 'lower' },
  'transport-dial': { label: 'transport alone, connect + close', unit: 'ms', better: 'lower' }
} as const satisfies Record<string, Metric>

export type MetricName = keyof typeof METRICS

export interface Metric {
  label: string
  unit: string
  better: 'higher' | 'lower'
}

/** How many times better `value` is than `other`: above 1 is better, whichever way the metric counts. */
export function timesBetter (metric: Metric, value: number, other: number): number {
  return metric.better === 'higher' ? value / other : other / value
}
