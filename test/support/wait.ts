/**
 * Milliseconds that a test waits for something that should happen at once. Many, because other programs may keep the
 * processors busy.
 */
const PATIENCE = 20_000

/** Milliseconds that a test waits for the end of a connection, which may come after a time-out of the server. */
export const CLOSE_PATIENCE = 60_000

/** Resolves like `promise`, or rejects after a timeout with an error that says what did not happen. */
export async function within<T>(what: string, promise: Promise<T>, timeout = PATIENCE): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const expired = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${timeout} ms for ${what}`)), timeout)
  })
  try {
    return await Promise.race([promise, expired])
  } finally {
    clearTimeout(timer)
  }
}

/** Checks `condition` repeatedly until it is true, or rejects after a timeout. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  timeout = PATIENCE
): Promise<void> {
  const started = performance.now()
  while (!(await condition())) {
    const waited = performance.now() - started
    if (waited > timeout) throw new Error(`waited ${timeout} ms until ${what}`)
    await new Promise((resolve) => setTimeout(resolve, pause(waited)))
  }
}

/** Milliseconds before the next look: a look may be a request to a whole back-end, so what takes long is looked at seldom. */
function pause(waited: number): number {
  return Math.min(25, Math.max(2, waited / 20))
}

const TICK = 10

/**
 * Starts to measure how late timers of this process are, because other programs keep the processors busy. The function
 * that it returns ends that, and returns the milliseconds of all delays together.
 */
export function measureDelays(): () => number {
  let delays = 0
  let last = performance.now()
  const timer = setInterval(() => {
    const now = performance.now()
    delays += Math.max(0, now - last - TICK)
    last = now
  }, TICK)
  return () => {
    clearInterval(timer)
    return delays + Math.max(0, performance.now() - last - TICK)
  }
}

/**
 * Starts to measure the CPU time of this process, of all its threads, which does not depend on other programs as the
 * time of the clock does. The function that it returns returns milliseconds.
 */
export function measureCpu(): () => number {
  const before = process.cpuUsage()
  return () => {
    const { user, system } = process.cpuUsage(before)
    return (user + system) / 1000
  }
}

/** A promise and the functions that settle it. */
export interface Deferred<T> {
  readonly promise: Promise<T>
  resolve(value: T): void
  reject(error: unknown): void
}

export function deferred<T = void>(): Deferred<T> {
  let resolve: (value: T) => void = () => undefined
  let reject: (error: unknown) => void = () => undefined
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve
    reject = onReject
  })
  // Prevents an unhandledRejection: a test may await the promise later.
  promise.catch(() => undefined)
  return { promise, resolve, reject }
}
