/** A scheduled function. */
export interface Task {
  /** Simulated milliseconds since the epoch. */
  readonly at: number
  /** `undefined` after the task ran or was cancelled. */
  run: (() => void) | undefined
}

/** Longest delay of a timer in Node.js, in milliseconds. */
const MAX_DELAY = 2 ** 31 - 1

/**
 * The clock of a simulation and its tasks, with one timer for a whole fleet. Simulated time runs `speed` times as fast as
 * real time.
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

  /** Schedules a task at a simulated time. A time in the past means as soon as possible. */
  at(time: number, run: () => void): Task {
    const task: Task = { at: time, run }
    this.#tasks.push(task)
    this.arm(task.at)
    return task
  }

  /** Schedules a task after `delay` simulated milliseconds. */
  after(delay: number, run: () => void): Task {
    return this.at(this.now() + delay, run)
  }

  cancel(task: Task | undefined): void {
    if (task !== undefined) task.run = undefined
  }

  /** Cancels all tasks. */
  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#timerAt = Number.POSITIVE_INFINITY
    this.#tasks.clear()
  }

  /** Time of the next task, or `undefined` without one. */
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

  /** Runs the tasks that are due, in the order of their times. */
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

/** A clock for tests that moves only by `advance()`. */
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
    // Tasks run only in advance().
  }

  /** Moves the clock forward. Each task that becomes due runs at its own time. */
  advance(milliseconds: number): void {
    const end = this.#now + milliseconds
    for (let next = this.nextAt; next !== undefined && next <= end; next = this.nextAt) {
      this.#now = Math.max(this.#now, next)
      this.runDue()
    }
    this.#now = end
  }
}

/** A binary heap by time. Tasks of equal times keep the order in which they were pushed. */
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
