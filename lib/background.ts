import type { Log } from './log.js'

/**
 * Runs `work` without waiting for it. Node ends the process when a promise rejects and has no handler, so every promise
 * that is not awaited must go through this function.
 *
 * @param failure the log message if `work` fails
 */
export function background(work: PromiseLike<unknown>, log: Pick<Log, 'error'>, failure: string): void {
  work.then(undefined, (err: unknown) => log.error({ err }, failure))
}
