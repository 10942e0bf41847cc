import { STATUS_CODES } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { CallError } from '../errors.js'
import type { Violation } from '../types/protocol.js'

/** One error in a body. */
export interface ProblemError {
  /** JSON pointer to the member, also to a missing one. [RFC 6901] */
  pointer: string
  detail: string
}

/** Problem details of an HTTP error. [RFC 9457] */
export interface Problem {
  /** Always `about:blank`: `title` is the name of the status, `code` is more specific. */
  type: 'about:blank'
  title: string
  status: number
  detail?: string
  /** Stable code for programs: `OCPP_ERR_*`, `OCPP_CALLERROR`, a code of Fastify or `INTERNAL_ERROR`. */
  code?: string
  /** Violations of a schema: in the request for 400 and 422, in the charge point's answer for 502. */
  errors?: ProblemError[]
  /** The CALLERROR that a charge point answered with. */
  callError?: { code: string; description: string; details: Record<string, unknown> }
  /** For a call without an answer: whether it was sent, so that the charge point may have acted. */
  sent?: boolean
  /** For a recorded call: the message id, under which its outcome can be looked up. */
  messageId?: string
}

/** An error of Ajv. */
interface FastifyViolation {
  instancePath: string
  keyword?: string
  message?: string
  params?: {
    missingProperty?: unknown
    additionalProperty?: unknown
    allowedValue?: unknown
    allowedValues?: unknown
    /** Name of the format that the value does not have. */
    format?: unknown
    type?: unknown
  }
  /** The schema that the keyword belongs to; present with Ajv's option `verbose`. */
  parentSchema?: ParentSchema
}

interface ParentSchema {
  properties?: Readonly<Record<string, unknown>>
  required?: readonly string[]
  minProperties?: number
  'x-rule'?: unknown
}

/** The members of errors of this library, of Fastify and of other plugins. */
interface KnownError extends Error {
  code?: unknown
  statusCode?: unknown
  /** As in http-errors: whether the message of a 5xx error may be shown. */
  expose?: unknown
  violation?: Violation
  /** Errors of Fastify's own validation. */
  validation?: readonly FastifyViolation[]
  /** The validated part: `body`, `querystring`, `params` or `headers`. */
  validationContext?: unknown
  sent?: boolean
  messageId?: unknown
}

/**
 * The problem details of an error of this library, of Fastify, or of any error with a `statusCode`. The message of any
 * other error is not disclosed, nor is that of a 5xx error of other code, unless the error has `expose: true`.
 */
export function problem(error: unknown): Problem {
  const status = statusOf(error)
  const generic: Problem = { type: 'about:blank', title: titleOf(status), status }
  if (error instanceof CallError) return { ...generic, ...ofCallError(error), ...messageIdOf(error) }
  if (!(error instanceof Error) || !isTellable(error, status)) {
    return status === 500 ? { ...generic, code: 'INTERNAL_ERROR' } : generic
  }
  const { code, sent } = error as KnownError
  const errors = violations(error)
  return {
    ...generic,
    detail: detailOf(error, errors),
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
  // An error that the response does not disclose must be in the log.
  if (status >= 500 && answer.detail === undefined) request.log.error({ err: error }, 'request failed')
  else request.log.info({ status, code }, answer.detail)
  // Sent as text, so that no response schema of the application drops a member.
  return reply.code(status).type('application/problem+json').send(JSON.stringify(answer))
}

function statusOf(error: unknown): number {
  const status = (error as KnownError | null | undefined)?.statusCode
  return typeof status === 'number' && Number.isInteger(status) && status >= 400 && status <= 599 ? status : 500
}

/** Status of a request whose client closed the connection. Not registered with IANA, but widely used. */
const CLIENT_CLOSED_REQUEST = 499

function titleOf(status: number): string {
  if (status === CLIENT_CLOSED_REQUEST) return 'Client Closed Request'
  return STATUS_CODES[status] ?? 'Error'
}

function isTellable(error: KnownError, status: number): boolean {
  if (status < 500) return true
  const { code, expose } = error
  return status !== 500 && (expose === true || (typeof code === 'string' && code.startsWith('OCPP_ERR_')))
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

function violations({ violation, validation = [] }: KnownError): ProblemError[] {
  if (violation !== undefined) return [{ pointer: violation.pointer, detail: violation.message }]
  const unions = validation.filter(({ keyword }) => keyword === 'anyOf')
  return validation.flatMap((found) => {
    if (unions.includes(found)) return ofUnion(found, validation)
    const isBranch = unions.some(({ instancePath }) => instancePath === found.instancePath)
    return isBranch ? [] : [{ pointer: pointerOf(found), detail: wordsOf(found) }]
  })
}

/** Joins the errors of the branches of an `anyOf` into one; errors deeper inside stay on their own. */
function ofUnion(union: FastifyViolation, all: readonly FastifyViolation[]): ProblemError[] {
  const { instancePath: pointer } = union
  const tried = all.filter((found) => found !== union && found.instancePath === pointer)
  const isInside = all.some(({ instancePath }) => instancePath.startsWith(`${pointer}/`))
  if (tried.length === 0 && isInside) return []
  return [{ pointer, detail: wordsOfBranches(union, tried) }]
}

/** The detail of an error. For a validation error of Fastify it is composed here, with one sentence per `anyOf`. */
function detailOf({ message, validation, validationContext }: KnownError, errors: readonly ProblemError[]): string {
  if (validation === undefined || typeof validationContext !== 'string') return message
  return errors.map(({ pointer, detail }) => `${validationContext}${pointer} ${detail}`).join(', ')
}

/** Messages by the name of the format. */
const FORMATS: Readonly<Record<string, string>> = {
  'date-time': 'must be a date-time, e.g. 2026-11-01T08:30:00Z',
  date: 'must be a date, e.g. 2026-11-01'
}

/** The message of an error, with the allowed values. `x-rule` of a schema describes its pattern in words. */
function wordsOf({ keyword, message = 'is not valid', params, parentSchema = {} }: FastifyViolation): string {
  if (keyword === 'enum') return `must be one of ${listed(params?.allowedValues)}`
  if (keyword === 'const') return `must be ${String(params?.allowedValue)}`
  if (keyword === 'additionalProperties') return wordsOfUnknown(Object.keys(parentSchema.properties ?? {}))
  if (keyword === 'minProperties') return wordsOfTooFew(parentSchema) ?? message
  if (keyword === 'pattern' && typeof parentSchema['x-rule'] === 'string') return parentSchema['x-rule']
  return (keyword === 'format' && FORMATS[String(params?.format)]) || message
}

/** The members of which more are needed, besides those that are required. */
function wordsOfTooFew({ properties = {}, required = [], minProperties = 0 }: ParentSchema): string | undefined {
  const optional = Object.keys(properties).filter((name) => !required.includes(name))
  if (optional.length === 0 || minProperties <= required.length) return undefined
  const start = required.length > 0 ? `must have ${required.join(', ')}, and` : 'must have'
  return `${start} at least ${minProperties - required.length} of ${optional.join(', ')}`
}

function wordsOfUnknown(known: readonly string[]): string {
  return known.length === 0 ? 'is unknown, probably misspelt' : `is unknown; known are ${known.join(', ')}`
}

function wordsOfBranches(union: FastifyViolation, tried: readonly FastifyViolation[]): string {
  const values = tried.flatMap(({ keyword, params }) => {
    if (keyword === 'const') return [params?.allowedValue]
    return keyword === 'enum' && Array.isArray(params?.allowedValues) ? params.allowedValues : []
  })
  const sentences = tried.filter(({ keyword }) => keyword !== 'const' && keyword !== 'enum').map(wordsOf)
  if (values.length > 0) sentences.unshift(`must be one of ${listed(values)}`)
  return sentences.length === 0 ? wordsOf(union) : [...new Set(sentences)].join(' or ')
}

function listed(values: unknown): string {
  return Array.isArray(values) ? [...new Set(values)].map(String).join(', ') : 'its allowed values'
}

/** The pointer to the member; Ajv points to the enclosing object when a member is missing or unknown. */
function pointerOf({ instancePath, params }: FastifyViolation): string {
  const member = params?.missingProperty ?? params?.additionalProperty
  // [RFC 6901 §3]
  return typeof member === 'string'
    ? `${instancePath}/${member.replaceAll('~', '~0').replaceAll('/', '~1')}`
    : instancePath
}
