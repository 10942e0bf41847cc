import type { BaseLogger } from 'pino'

/** The part of a pino or Fastify logger that the back-end uses. */
export type Log = Pick<BaseLogger, 'fatal' | 'error' | 'warn' | 'info' | 'debug'>
