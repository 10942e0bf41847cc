/**
 * Milliseconds that a test waits for something that should happen at once. Many, because other programs may keep the
 * processors busy.
 */
const PATIENCE = 20_000

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
export async function until(what: string, condition: () => boolean, timeout = PATIENCE): Promise<void> {
  const deadline = performance.now() + timeout
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`waited ${timeout} ms until ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 2))
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
