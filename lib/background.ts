import type { Log } from './log.js'

/**
 * Lets `work` go on while nobody waits for it. Node ends the process when a promise rejects that nobody looks at, so
 * every promise that is not awaited goes through here.
 *
 * @param failure what the log says when `work` fails
 */
export function background(work: PromiseLike<unknown>, log: Pick<Log, 'error'>, failure: string): void {
  work.then(undefined, (err: unknown) => log.error({ err }, failure))
}
