import type { BaseLogger } from 'pino'

/** What the back-end needs of a logger, which pino's and Fastify's have. */
export type Log = Pick<BaseLogger, 'fatal' | 'error' | 'warn' | 'info' | 'debug'>
