import type { EventEmitter } from 'node:events'

// Not run: promises that float, and promises that do not, for the test of the search. The comment names the rule.

declare function work(): Promise<string>
declare function sometimes(): Promise<void> | undefined
declare function log(error: unknown): void
declare function later(error: unknown): Promise<void>
declare function take(options: { onDone: () => void; onError?: (error: unknown) => void | Promise<void> }): void
declare const emitter: EventEmitter
declare const isLate: boolean
declare const things: string[]
declare function onDone(): Promise<void>
declare class Worker {
  work(): Promise<void>
}
declare const worker: Worker

export function floating(): void {
  work() // statement
  sometimes() // statement
  worker.work() // statement
  isLate ? work() : log(1) // statement
  isLate && work() // statement
  work().then(log) // statement
  work().finally(() => log(1)) // statement
  work().catch(later) // statement
  work().then(log, (error) => later(error)) // statement
  things.map(async (thing) => thing) // statement
  Promise.all([work()]) // statement
  void work() // void
  isLate && void worker.work() // void
  setTimeout(() => void work(), 1) // void
  setTimeout(() => work(), 1) // callback
  setInterval(async () => log(1), 1) // callback
  setImmediate(work) // callback
  emitter.on('x', worker.work) // callback
  emitter.once('x', async () => log(1)) // callback
  things.forEach(async (thing) => log(thing)) // callback
  take({ onDone: work }) // callback
  take({ onDone: async () => log(1) }) // callback
  take({ onDone }) // callback
  take({
    async onDone() {} // callback
  })
}

export async function held(): Promise<void> {
  await work()
  await sometimes()
  work().catch(log)
  work().then(log, log)
  work()
    .catch(log)
    .finally(() => log(1))
  const kept = work()
  await Promise.all(things.map(async (thing) => thing))
  setTimeout(() => {
    work().catch(log)
  }, 1)
  take({ onDone: () => log(1), onError: later })
  take({
    onDone() {
      log(1)
    },
    async onError() {}
  })
  void log(await kept)
}
