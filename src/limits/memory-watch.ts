import { totalmem } from 'node:os'
import { getHeapStatistics } from 'node:v8'

/** `high`: nobody new is let in. `critical`: something has to go. */
export type MemoryLevel = 'normal' | 'high' | 'critical'

const SAMPLE_EVERY_MS = 250
/** How far usage has to fall for a level to end. */
const HYSTERESIS = 0.05

/** Watches how much of its memory the process uses, looking at most four times a second. [PROTOCOL P8] */
export class MemoryWatch {
  readonly #high: number
  readonly #critical: number
  readonly #read: () => number
  readonly #now: () => number
  #sampledAt = Number.NEGATIVE_INFINITY
  #level: MemoryLevel = 'normal'

  /** `high`: the share of the memory above which it is short; from 1 on never. `read`: what share is in use. */
  constructor(high: number, read: () => number = memoryUsage, now: () => number = () => performance.now()) {
    this.#high = high
    // Half-way to the end.
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

/** What V8 keeps for young objects by default: it is in the limit that it tells, and old ones cannot have it. */
const YOUNG_GENERATION = 48 * 1024 * 1024

/** The share of the heap or of the machine's (or container's) memory that is in use, whichever is larger. */
export function memoryUsage(): number {
  const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics()
  const heap = Math.max(limit - YOUNG_GENERATION, limit / 2)
  return Math.max(used / heap, process.memoryUsage.rss() / availableMemory)
}

const availableMemory = Math.min(totalmem(), containerMemory() ?? Number.POSITIVE_INFINITY)

/** Without a limit it is 0, undefined or a number beyond all machines, depending on the version of Node.js. */
function containerMemory(): number | undefined {
  const limit: number | undefined = process.constrainedMemory?.()
  return limit === undefined || limit === 0 ? undefined : limit
}
