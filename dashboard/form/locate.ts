/** Where a value stands in a text of JSON. */
export interface Span {
  start: number
  end: number
}

/**
 * The place of the value at a JSON pointer [RFC 6901], or of the closest one above it that is there. The text must be JSON.
 */
export function locate(text: string, pointer: string): Span {
  const steps =
    pointer === ''
      ? []
      : pointer
          .slice(1)
          .split('/')
          .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
  const reader = new Reader(text)
  return reader.value(steps)
}

/** Reads values from left to right. */
class Reader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  /** Reads a value, and returns the span of the value that the steps lead to. */
  value(steps: readonly string[] | undefined): Span {
    this.#skip()
    const start = this.#at
    const inner =
      this.#text[start] === '{'
        ? this.#members(steps)
        : this.#text[start] === '['
          ? this.#elements(steps)
          : this.#scalar()
    return inner ?? { start, end: this.#at }
  }

  #skip(): void {
    while (/\s/.test(this.#text[this.#at] ?? '')) this.#at++
  }

  /** Passes a comma, and returns whether the object or array has ended. */
  #isOver(end: string): boolean {
    this.#skip()
    if (this.#text[this.#at] === ',') this.#at++
    this.#skip()
    if (this.#text[this.#at] !== end) return false
    this.#at++
    return true
  }

  #members(steps: readonly string[] | undefined): Span | undefined {
    let found: Span | undefined
    this.#at++
    while (!this.#isOver('}')) {
      const from = this.#at
      this.#scalar()
      const name = JSON.parse(this.#text.slice(from, this.#at)) as string
      this.#skip()
      this.#at++
      const isOnWay = steps !== undefined && steps[0] === name
      const span = this.value(isOnWay ? steps.slice(1) : undefined)
      if (isOnWay) found = span
    }
    return found
  }

  #elements(steps: readonly string[] | undefined): Span | undefined {
    let found: Span | undefined
    this.#at++
    for (let index = 0; !this.#isOver(']'); index++) {
      const isOnWay = steps !== undefined && steps[0] === String(index)
      const span = this.value(isOnWay ? steps.slice(1) : undefined)
      if (isOnWay) found = span
    }
    return found
  }

  #scalar(): undefined {
    const scalar = /"(?:[^"\\]|\\.)*"|[^\s,\]}:]+/y
    scalar.lastIndex = this.#at
    this.#at += scalar.exec(this.#text)?.[0].length ?? 1
  }
}
