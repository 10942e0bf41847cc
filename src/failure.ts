import type { FastifyBaseLogger } from 'fastify'

/**
 * Logs what foreign code has thrown. That may be any value: a proxy or an error whose members throw when the logger
 * reads them must not become an error of ours.
 */
export function logFailure(log: FastifyBaseLogger, error: unknown, fields: object, message: string): void {
  try {
    log.error({ ...fields, err: error }, message)
  } catch {
    log.error({ ...fields, err: new Error('the value that was thrown cannot be read') }, message)
  }
}

/** Whether `value` has a `then`, as every promise of any library has. */
export function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | undefined | null)?.then === 'function'
}
