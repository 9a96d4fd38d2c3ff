import { readFileSync, watch } from 'node:fs'
import { dirname } from 'node:path'
import type { TLSCertificate } from '@libp2p/interface'
import type { FSWatcher } from 'node:fs'

/** Milliseconds after a change: certificate and key are two files, and are seldom written at once. */
const SETTLE_TIME = 100

/** Two PEM files. */
export interface CertificatePaths {
  cert: string
  key: string
}

/** A certificate and its key in files that somebody renews. */
export class CertificateFiles {
  readonly #cert: string
  readonly #key: string
  readonly #watchers: FSWatcher[] = []
  #timer: NodeJS.Timeout | undefined

  constructor (paths: CertificatePaths) {
    this.#cert = paths.cert
    this.#key = paths.key
  }

  /** @throws {Error} when one of them cannot be read */
  read (): TLSCertificate {
    return { cert: readFileSync(this.#cert, 'utf8'), key: readFileSync(this.#key, 'utf8') }
  }

  /**
   * Calls back some time after the files changed. The directories are watched and
   * not the files: renewal tools replace files, and Kubernetes a link above them.
   */
  watch (onChange: () => void): void {
    for (const directory of new Set([dirname(this.#cert), dirname(this.#key)])) {
      const watcher = watch(directory, { persistent: false }, () => {
        clearTimeout(this.#timer)
        this.#timer = setTimeout(onChange, SETTLE_TIME)
        this.#timer.unref()
      })
      watcher.on('error', () => { watcher.close() })
      this.#watchers.push(watcher)
    }
  }

  close (): void {
    clearTimeout(this.#timer)

    for (const watcher of this.#watchers.splice(0)) {
      watcher.close()
    }
  }
}
