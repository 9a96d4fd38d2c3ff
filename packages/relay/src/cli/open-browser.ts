import { spawn } from 'node:child_process'

const OPENERS: Partial<Record<NodeJS.Platform, [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler']
}

/** Of a page of the relay at `base`, or a URL as it is. */
export function pageUrl (base: string, page: string): string {
  const url = new URL(page, `${base}/`)

  return url.protocol === 'http:' || url.protocol === 'https:' ? url.href : new URL(`/${page}`, base).href
}

/** Opens `url` in the desktop browser. Rejects when there is nothing to do it with. */
export async function openBrowser (url: string): Promise<void> {
  const [command, ...args] = OPENERS[process.platform] ?? ['xdg-open']

  await new Promise<void>((resolve, reject) => {
    const child = spawn(command, [...args, url], { detached: true, stdio: 'ignore' })
    child.once('spawn', resolve)
    child.once('error', reject)
    child.unref()
  })
}
