import type { FastifyReply, FastifyRequest } from 'fastify'
import { problem, problemHandler } from 'fastify-ocpp/rest'
import { BrokenExchangeError } from '../../lib/operations/exchange.js'

/** An error handler that tells what was done before an operation broke off. */
export function brokenOff(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (!(error instanceof BrokenExchangeError)) return problemHandler(error, request, reply)
  const answer = { ...problem(error.cause), calls: error.calls }
  if (answer.status === 500) request.log.error({ err: error.cause }, 'an operation failed')
  else request.log.info({ status: answer.status, code: answer.code }, answer.detail)
  return reply.code(answer.status).type('application/problem+json').send(JSON.stringify(answer))
}
