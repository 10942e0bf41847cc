/** Something to be done later. */
export interface Task {
  /** Simulated milliseconds since the epoch. */
  readonly at: number
  /** Nothing once it ran or was cancelled. */
  run: (() => void) | undefined
}

/** Longest delay of a timer in Node. */
const MAX_DELAY = 2 ** 31 - 1

/**
 * The time of a simulation and all that is due in it: one timer for a whole fleet. `speed` times faster than
 * the clock on the wall.
 */
export class Scheduler {
  readonly speed: number
  readonly #start = Date.now()
  readonly #origin = performance.now()
  readonly #tasks = new TaskHeap()
  #timer: NodeJS.Timeout | undefined
  #timerAt = Number.POSITIVE_INFINITY

  constructor({ speed = 1 }: { speed?: number } = {}) {
    this.speed = speed
  }

  /** Simulated milliseconds since the epoch. */
  now(): number {
    return this.#start + Math.round((performance.now() - this.#origin) * this.speed)
  }

  /** Runs something at a simulated time; what is past runs as soon as possible. */
  at(time: number, run: () => void): Task {
    const task: Task = { at: time, run }
    this.#tasks.push(task)
    this.arm(task.at)
    return task
  }

  /** Runs something after simulated milliseconds. */
  after(delay: number, run: () => void): Task {
    return this.at(this.now() + delay, run)
  }

  cancel(task: Task | undefined): void {
    if (task !== undefined) task.run = undefined
  }

  /** Forgets everything. */
  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#timerAt = Number.POSITIVE_INFINITY
    this.#tasks.clear()
  }

  /** When the next task is due. */
  protected get nextAt(): number | undefined {
    return this.#tasks.first()?.at
  }

  protected arm(at: number): void {
    if (at >= this.#timerAt) return
    clearTimeout(this.#timer)
    this.#timerAt = at
    const delay = Math.ceil((at - this.now()) / this.speed)
    this.#timer = setTimeout(() => this.#due(), Math.min(Math.max(delay, 0), MAX_DELAY))
  }

  #due(): void {
    this.#timerAt = Number.POSITIVE_INFINITY
    this.runDue()
    const next = this.nextAt
    if (next !== undefined) this.arm(next)
  }

  /** Runs what is due by now, in the order of time. */
  protected runDue(): void {
    const now = this.now()
    for (let task = this.#tasks.first(); task !== undefined && task.at <= now; task = this.#tasks.first()) {
      this.#tasks.pop()
      const { run } = task
      task.run = undefined
      run?.()
    }
  }
}

/** Time that stands still until told to go on: for tests. */
export class ManualScheduler extends Scheduler {
  #now: number

  constructor(now = Date.UTC(2026, 0, 1)) {
    super()
    this.#now = now
  }

  override now(): number {
    return this.#now
  }

  protected override arm(): void {
    // Nothing runs by itself.
  }

  /** Lets time pass; what becomes due runs at its own time. */
  advance(milliseconds: number): void {
    const end = this.#now + milliseconds
    for (let next = this.nextAt; next !== undefined && next <= end; next = this.nextAt) {
      this.#now = Math.max(this.#now, next)
      this.runDue()
    }
    this.#now = end
  }
}

/** A binary heap by time; of equal times the earlier push comes first. */
class TaskHeap {
  #tasks: { task: Task; order: number }[] = []
  #pushed = 0

  first(): Task | undefined {
    while (this.#tasks[0] !== undefined && this.#tasks[0].task.run === undefined) this.pop()
    return this.#tasks[0]?.task
  }

  push(task: Task): void {
    const entry = { task, order: this.#pushed++ }
    this.#tasks.push(entry)
    this.#up(this.#tasks.length - 1)
  }

  pop(): void {
    const last = this.#tasks.pop()
    if (last === undefined || this.#tasks.length === 0) return
    this.#tasks[0] = last
    this.#down(0)
  }

  clear(): void {
    this.#tasks = []
  }

  #up(start: number): void {
    let index = start
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (!this.#isBefore(index, parent)) return
      this.#swap(index, parent)
      index = parent
    }
  }

  #down(start: number): void {
    let index = start
    for (;;) {
      const left = 2 * index + 1
      const smaller = this.#isBefore(left + 1, left) ? left + 1 : left
      if (!this.#isBefore(smaller, index)) return
      this.#swap(index, smaller)
      index = smaller
    }
  }

  #isBefore(a: number, b: number): boolean {
    const first = this.#tasks[a]
    const second = this.#tasks[b]
    if (first === undefined || second === undefined) return false
    return first.task.at < second.task.at || (first.task.at === second.task.at && first.order < second.order)
  }

  #swap(a: number, b: number): void {
    const first = this.#tasks[a]
    const second = this.#tasks[b]
    if (first === undefined || second === undefined) return
    this.#tasks[a] = second
    this.#tasks[b] = first
  }
}
