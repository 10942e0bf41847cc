import type { Writable } from 'node:stream'

export interface ReaderLimits {
  /** Maximum number of bytes that wait for a reader. A single write may be larger. */
  maxBuffered: number
}

/**
 * The connection of a reader. A reader that does not read is disconnected, and may reconnect for the events it missed.
 */
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
    // The `close` event follows.
    stream.on('error', () => undefined)
  }

  get isOpen(): boolean {
    return !this.#stream.destroyed && !this.#stream.writableEnded
  }

  /** Resolves when the reader has read most of what was sent, or has disconnected. */
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

  /** Disconnects a reader that has not even read the previous heartbeat. */
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

  /** Resolves when everything has been read, or after the timeout. */
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
