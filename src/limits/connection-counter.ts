/** Counts connections, in total and by address. */
export class ConnectionCounter {
  readonly #byAddress = new Map<string, number>()
  #total = 0

  get total(): number {
    return this.#total
  }

  of(address: string): number {
    return this.#byAddress.get(address) ?? 0
  }

  enter(address: string): void {
    this.#total++
    this.#byAddress.set(address, this.of(address) + 1)
  }

  leave(address: string): void {
    this.#total--
    const left = this.of(address) - 1
    if (left > 0) this.#byAddress.set(address, left)
    else this.#byAddress.delete(address)
  }
}
