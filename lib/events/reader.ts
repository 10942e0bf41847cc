import type { Writable } from 'node:stream'

export interface ReaderLimits {
  /** Bytes that may wait for a reader; what is handed over at once may be more. */
  maxBuffered: number
}

/** One who listens to events, over a connection. Who does not read is cut off, and may come back for what it missed. */
export class EventReader {
  readonly #stream: Writable
  readonly #limits: ReaderLimits
  readonly #onCut: () => void
  #hasTakenHeartbeat = true
  #resume: (() => void) | undefined

  constructor(stream: Writable, limits: ReaderLimits, onCut: () => void) {
    this.#stream = stream
    this.#limits = limits
    this.#onCut = onCut
    stream.on('drain', () => this.#goOn())
    stream.on('close', () => this.#goOn())
    // Then it closes as well.
    stream.on('error', () => undefined)
  }

  get isOpen(): boolean {
    return !this.#stream.destroyed && !this.#stream.writableEnded
  }

  /** Resolves when the reader has read most of what it was sent, or has gone. */
  drained(): Promise<void> {
    if (!this.isOpen || !this.#stream.writableNeedDrain) return Promise.resolve()
    return new Promise((resolve) => {
      this.#resume = resolve
    })
  }

  write(chunk: string | Buffer): void {
    if (!this.isOpen) return
    if (this.#stream.writableLength > this.#limits.maxBuffered) this.cut()
    else this.#stream.write(chunk)
  }

  /** Cuts a reader that has not even taken the last one. */
  heartbeat(text: string): void {
    if (!this.#hasTakenHeartbeat) this.cut()
    if (!this.isOpen) return
    this.#hasTakenHeartbeat = false
    this.#stream.write(text, () => {
      this.#hasTakenHeartbeat = true
    })
  }

  cut(): void {
    if (!this.isOpen) return
    this.#stream.destroy()
    this.#onCut()
  }

  /** Resolves when everything has been read, or the time is over. */
  close(timeout: number): Promise<void> {
    const { promise, resolve } = withResolvers()
    const timer = setTimeout(() => this.#stream.destroy(), timeout)
    this.#stream.once('close', () => {
      clearTimeout(timer)
      resolve()
    })
    this.#stream.end()
    return promise
  }

  #goOn(): void {
    this.#resume?.()
    this.#resume = undefined
  }
}

function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => undefined
  const promise = new Promise<void>((onResolve) => {
    resolve = onResolve
  })
  return { promise, resolve }
}
