import type { FastifyBaseLogger } from 'fastify'

const ignore = () => {}

/** A logger that writes nothing, for use without Fastify. */
export const silentLogger: FastifyBaseLogger = {
  level: 'silent',
  msgPrefix: undefined,
  child: () => silentLogger,
  fatal: ignore,
  error: ignore,
  warn: ignore,
  info: ignore,
  debug: ignore,
  trace: ignore,
  silent: ignore
} as unknown as FastifyBaseLogger
