import type { FastifyBaseLogger } from 'fastify'
import {
  DisconnectedError,
  InvalidResponseError,
  NotConnectedError,
  ReceivedCallError,
  TimeoutError
} from './errors.js'

/** Of a call: what the other side has done, or has not. */
const OF_THE_PEER = [ReceivedCallError, InvalidResponseError, TimeoutError, DisconnectedError, NotConnectedError]

/**
 * Logs what foreign code has thrown: as an error, or as a warning where it only passes on how a call of its own ended.
 * That may be any value: a proxy or an error whose members throw when the logger reads them must not become an error of
 * ours.
 */
export function logFailure(log: FastifyBaseLogger, error: unknown, fields: object, message: string): void {
  try {
    const level = OF_THE_PEER.some((kind) => error instanceof kind) ? 'warn' : 'error'
    log[level]({ ...fields, err: error }, message)
  } catch {
    log.error({ ...fields, err: new Error('the value that was thrown cannot be read') }, message)
  }
}

/** Whether `value` has a `then`, as every promise of any library has. */
export function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | undefined | null)?.then === 'function'
}
