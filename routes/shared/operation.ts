import { type Static, Type } from '@sinclair/typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { problem, problemHandler } from 'fastify-ocpp/rest'
import { invalidQuery } from '../../lib/http/paging.js'
import { BrokenExchangeError } from '../../lib/operations/exchange.js'

// Shared by the routes of operations and reports.

const MAX_TIMEOUT = 300_000

export const TimeoutQuery = Type.Object(
  {
    timeout: Type.Optional(
      Type.String({ description: `Milliseconds to wait for the answer to each call, 1 to ${MAX_TIMEOUT}` })
    )
  },
  { additionalProperties: false }
)
export type TimeoutQuery = Static<typeof TimeoutQuery>

/** @throws `INVALID_QUERY` */
export function readTimeout({ timeout }: TimeoutQuery): { timeout?: number } {
  if (timeout === undefined) return {}
  const number = /^\d{1,6}$/.test(timeout) ? Number(timeout) : 0
  if (number >= 1 && number <= MAX_TIMEOUT) return { timeout: number }
  throw invalidQuery(`timeout must be an integer from 1 to ${MAX_TIMEOUT}`)
}

/** A call that was made for an operation. */
export const MadeCallRecord = Type.Object({
  messageId: Type.String({ description: 'Message id: `GET /calls/{messageId}` shows the call' }),
  action: Type.String(),
  result: Type.Optional(
    Type.Unknown({ description: "The charge point's own answer, without secrets", examples: [{ status: 'Accepted' }] })
  ),
  error: Type.Optional(
    Type.Object({ code: Type.String(), detail: Type.String() }, { description: 'Why there is no answer' })
  )
})

/** An error handler that adds the calls that were made before an operation failed. */
export function answerFailure(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (!(error instanceof BrokenExchangeError)) return problemHandler(error, request, reply)
  const answer = { ...problem(error.cause), calls: error.calls }
  if (answer.status === 500) request.log.error({ err: error.cause }, 'an operation failed')
  else request.log.info({ status: answer.status, code: answer.code }, answer.detail)
  return reply.code(answer.status).type('application/problem+json').send(JSON.stringify(answer))
}
