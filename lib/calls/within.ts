import { setTimeout as sleep } from 'node:timers/promises'

/** What comes within so many seconds; undefined when nothing does. */
export async function within<T>(seconds: number, answer: Promise<T>): Promise<T | undefined> {
  const patience = new AbortController()
  const over = sleep(seconds * 1000, undefined, { signal: patience.signal, ref: false }).catch(() => undefined)
  try {
    return await Promise.race([answer, over])
  } finally {
    patience.abort()
  }
}
