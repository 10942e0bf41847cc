import { totalmem } from 'node:os'
import { getHeapStatistics } from 'node:v8'

/** `high`: no new connections. `critical`: connections have to be closed. */
export type MemoryLevel = 'normal' | 'high' | 'critical'

const SAMPLE_EVERY_MS = 250
/** How far usage has to fall below a threshold until its level ends. */
const HYSTERESIS = 0.05

/** Watches the memory use of the process, at most four times per second. [PROTOCOL P8] */
export class MemoryWatch {
  readonly #high: number
  readonly #critical: number
  readonly #read: () => number
  readonly #now: () => number
  #sampledAt = Number.NEGATIVE_INFINITY
  #level: MemoryLevel = 'normal'

  /**
   * @param high the share of the memory from which it is short; 1 or more: never
   * @param read returns the share in use
   */
  constructor(high: number, read: () => number = memoryUsage, now: () => number = () => performance.now()) {
    this.#high = high
    // Half-way between `high` and 1.
    this.#critical = (1 + high) / 2
    this.#read = read
    this.#now = now
  }

  get level(): MemoryLevel {
    const now = this.#now()
    if (this.#high < 1 && now - this.#sampledAt >= SAMPLE_EVERY_MS) {
      this.#sampledAt = now
      this.#level = this.#judge(this.#read())
    }
    return this.#level
  }

  #judge(usage: number): MemoryLevel {
    if (usage >= this.#limit(this.#critical, this.#level === 'critical')) return 'critical'
    return usage >= this.#limit(this.#high, this.#level !== 'normal') ? 'high' : 'normal'
  }

  #limit(limit: number, isAbove: boolean): number {
    return isAbove ? limit - HYSTERESIS : limit
  }
}

/** The default size of V8's young generation. It is part of the reported limit, but cannot be used for old objects. */
const YOUNG_GENERATION = 48 * 1024 * 1024

/** The share of the heap or of the memory of the machine (or container) that is in use, whichever is larger. */
export function memoryUsage(): number {
  const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics()
  const heap = Math.max(limit - YOUNG_GENERATION, limit / 2)
  return Math.max(used / heap, residentMemory() / availableMemory)
}

let lastResident = 0

/** Reading it opens a file of the system, which fails when the process must not open any more. Then the last value counts. */
function residentMemory(): number {
  try {
    lastResident = process.memoryUsage.rss()
  } catch {
    // A connection must not end for that.
  }
  return lastResident
}

const availableMemory = Math.min(totalmem(), containerMemory() ?? Number.POSITIVE_INFINITY)

/** Without a limit the value is 0, undefined or larger than any machine, depending on the version of Node.js. */
function containerMemory(): number | undefined {
  const limit: number | undefined = process.constrainedMemory?.()
  return limit === undefined || limit === 0 ? undefined : limit
}
