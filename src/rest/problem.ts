import { STATUS_CODES } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { CallError } from '../errors.js'
import type { Violation } from '../types.js'

/** What is wrong with one member of a body. */
export interface ProblemError {
  /** RFC 6901 JSON pointer; for a missing member, where it should be. */
  pointer: string
  detail: string
}

/** Problem details of an HTTP error. [RFC 9457] */
export interface Problem {
  /** Always `about:blank`: the title is that of the status, `code` tells more. */
  type: 'about:blank'
  title: string
  status: number
  detail?: string
  /** Stable, for programs: `OCPP_ERR_*`, `OCPP_CALLERROR`, a code of Fastify or `INTERNAL_ERROR`. */
  code?: string
  /** Violations of a schema: in the request for 400 and 422, in the charge point's answer for 502. */
  errors?: ProblemError[]
  /** The CALLERROR that a charge point answered with. */
  callError?: { code: string; description: string; details: Record<string, unknown> }
  /** Of a call without an answer: whether it went out, so that the charge point may have acted. */
  sent?: boolean
  /** Of a call that was written down: where to look for what became of it. */
  messageId?: string
}

/** As Ajv tells it. */
interface FastifyViolation {
  instancePath: string
  message?: string
  params?: { missingProperty?: unknown; additionalProperty?: unknown }
}

/** What errors of this library, of Fastify and of other plugins tell beside their message. */
interface KnownError extends Error {
  code?: unknown
  statusCode?: unknown
  violation?: Violation
  /** Of Fastify's own validation. */
  validation?: readonly FastifyViolation[]
  sent?: boolean
  messageId?: unknown
}

/**
 * The problem details of an error: of this library's, of Fastify's, or any with a `statusCode`. Of an error that
 * tells neither, or of a 5xx that is not ours, nothing of its message gets out.
 */
export function problem(error: unknown): Problem {
  const status = statusOf(error)
  const generic: Problem = { type: 'about:blank', title: titleOf(status), status }
  if (error instanceof CallError) return { ...generic, ...ofCallError(error), ...messageIdOf(error) }
  if (!(error instanceof Error) || !isTellable(error, status)) {
    return status === 500 ? { ...generic, code: 'INTERNAL_ERROR' } : generic
  }
  const { code, message, sent } = error as KnownError
  const errors = violations(error)
  return {
    ...generic,
    detail: message,
    ...(typeof code === 'string' && { code }),
    ...(errors.length > 0 && { errors }),
    ...(sent !== undefined && { sent }),
    ...messageIdOf(error)
  }
}

/** An error handler that answers with problem details: `app.setErrorHandler(problemHandler)`. */
export function problemHandler(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const answer = problem(error)
  const { status, code } = answer
  // What the answer does not tell, the log must.
  if (status >= 500 && answer.detail === undefined) request.log.error({ err: error }, 'request failed')
  else request.log.info({ status, code }, answer.detail)
  // As text: no schema of the host may drop a member.
  return reply.code(status).type('application/problem+json').send(JSON.stringify(answer))
}

function statusOf(error: unknown): number {
  const status = (error as KnownError | null | undefined)?.statusCode
  return typeof status === 'number' && Number.isInteger(status) && status >= 400 && status <= 599 ? status : 500
}

/** Status of a request whose client went away; not registered, but widely used. */
const CLIENT_CLOSED_REQUEST = 499

function titleOf(status: number): string {
  if (status === CLIENT_CLOSED_REQUEST) return 'Client Closed Request'
  return STATUS_CODES[status] ?? 'Error'
}

function isTellable(error: KnownError, status: number): boolean {
  if (status < 500) return true
  return status !== 500 && typeof error.code === 'string' && error.code.startsWith('OCPP_ERR_')
}

function ofCallError({ code, description, details, message }: CallError): Partial<Problem> {
  return {
    detail: `the charge point answered ${message}`,
    code: 'OCPP_CALLERROR',
    callError: { code, description, details }
  }
}

function messageIdOf({ messageId }: KnownError): Pick<Problem, 'messageId'> {
  return typeof messageId === 'string' ? { messageId } : {}
}

function violations({ violation, validation }: KnownError): ProblemError[] {
  if (violation !== undefined) return [{ pointer: violation.pointer, detail: violation.message }]
  return (validation ?? []).map((found) => ({ pointer: pointerOf(found), detail: found.message ?? 'is not valid' }))
}

/** Ajv points to the object around a member that is missing or not defined. */
function pointerOf({ instancePath, params }: FastifyViolation): string {
  const member = params?.missingProperty ?? params?.additionalProperty
  // [RFC 6901 §3]
  return typeof member === 'string'
    ? `${instancePath}/${member.replaceAll('~', '~0').replaceAll('/', '~1')}`
    : instancePath
}
