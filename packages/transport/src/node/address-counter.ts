/** Counts things in all and for each address, and refuses what would be too many. */
export class AddressCounter {
  readonly #max: number
  readonly #maxPerAddress: number
  readonly #perAddress = new Map<string, number>()
  #total = 0

  /**
   * @param max - in all
   * @param maxPerAddress - for one IPv4 address or one IPv6 /56
   */
  constructor (max: number, maxPerAddress: number) {
    this.#max = max
    this.#maxPerAddress = maxPerAddress
  }

  get total (): number {
    return this.#total
  }

  /**
   * Counts one more.
   *
   * @param address - without a zone; undefined when it counts in all only
   * @returns what gives it back, once; undefined when it is one too many
   */
  tryAdd (address: string | undefined): (() => void) | undefined {
    const group = address === undefined ? undefined : addressGroup(address)

    if (this.#total >= this.#max || !this.#tryAddToGroup(group)) {
      return undefined
    }

    this.#total++

    let counted = true

    return () => {
      if (counted) {
        counted = false
        this.#remove(group)
      }
    }
  }

  #tryAddToGroup (group: string | undefined): boolean {
    if (group === undefined) {
      return true
    }

    const count = this.#perAddress.get(group) ?? 0

    if (count >= this.#maxPerAddress) {
      return false
    }

    this.#perAddress.set(group, count + 1)

    return true
  }

  #remove (group: string | undefined): void {
    this.#total--

    if (group === undefined) {
      return
    }

    const count = (this.#perAddress.get(group) ?? 0) - 1

    if (count > 0) {
      this.#perAddress.set(group, count)
    } else {
      this.#perAddress.delete(group)
    }
  }
}

/**
 * What one user is taken to have: an IPv4 address, or the first 56 bits of an
 * IPv6 address, the usual size of a home's network (RIPE-690 section 4.2; go-libp2p
 * counts by it too).
 */
export function addressGroup (address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)

  if (mapped !== null) {
    return mapped[1] ?? address
  }

  if (!address.includes(':')) {
    return address
  }

  const [a = 0, b = 0, c = 0, d = 0] = groups(address)

  return `${[a, b, c, d & 0xff00].map(group => group.toString(16)).join(':')}::/56`
}

/** The eight groups of an IPv6 address; of a dotted tail only its place counts here. */
function groups (address: string): number[] {
  const [head = '', tail] = address.split('%')[0]?.split('::') ?? []
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':').flatMap(group => group.includes('.') ? ['0', '0'] : [group])
  const zeros = tail === undefined ? 0 : 8 - before.length - after.length

  return [...before, ...Array.from({ length: zeros }, () => '0'), ...after].map(group => Number.parseInt(group, 16))
}
