import { setTimeout as sleep } from 'node:timers/promises'

/** The result of a promise, or `undefined` if it does not settle within `seconds`. */
export async function within<T>(seconds: number, answer: Promise<T>): Promise<T | undefined> {
  const patience = new AbortController()
  const over = sleep(seconds * 1000, undefined, { signal: patience.signal, ref: false }).catch(() => undefined)
  try {
    return await Promise.race([answer, over])
  } finally {
    patience.abort()
  }
}
