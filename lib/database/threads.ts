import { availableParallelism } from 'node:os'

/** More than all long reads of a process occupy. */
const MIN_THREADS = 8

/**
 * Gives the driver of SQLite enough threads, before it starts them: it has as many as the machine has processors, and
 * on a small machine long reads would occupy them all, so that commits would wait for the reads.
 */
export function provideThreads(): void {
  process.env.TOKIO_WORKER_THREADS ??= String(Math.max(MIN_THREADS, availableParallelism()))
}
