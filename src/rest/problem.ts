import { STATUS_CODES } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { CallError } from '../errors.js'
import type { Violation } from '../types/protocol.js'

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
  keyword?: string
  message?: string
  params?: {
    missingProperty?: unknown
    additionalProperty?: unknown
    allowedValue?: unknown
    allowedValues?: unknown
    /** Its name, of what has a wrong one. */
    format?: unknown
    type?: unknown
  }
  /** With Ajv's option `verbose`: the schema whose keyword it is. */
  parentSchema?: { properties?: Readonly<Record<string, unknown>>; 'x-rule'?: unknown }
}

/** What errors of this library, of Fastify and of other plugins tell beside their message. */
interface KnownError extends Error {
  code?: unknown
  statusCode?: unknown
  violation?: Violation
  /** Of Fastify's own validation. */
  validation?: readonly FastifyViolation[]
  /** What was validated: `body`, `querystring`, `params` or `headers`. */
  validationContext?: unknown
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

function violations({ violation, validation = [] }: KnownError): ProblemError[] {
  if (violation !== undefined) return [{ pointer: violation.pointer, detail: violation.message }]
  const unions = validation.filter(({ keyword }) => keyword === 'anyOf')
  return validation.flatMap((found) => {
    if (unions.includes(found)) return ofUnion(found, validation)
    const isBranch = unions.some(({ instancePath }) => instancePath === found.instancePath)
    return isBranch ? [] : [{ pointer: pointerOf(found), detail: wordsOf(found) }]
  })
}

/** What Ajv says of each branch of an `anyOf`, in one sentence; what is wrong further inside says it by itself. */
function ofUnion(union: FastifyViolation, all: readonly FastifyViolation[]): ProblemError[] {
  const { instancePath: pointer } = union
  const tried = all.filter((found) => found !== union && found.instancePath === pointer)
  const isInside = all.some(({ instancePath }) => instancePath.startsWith(`${pointer}/`))
  if (tried.length === 0 && isInside) return []
  return [{ pointer, detail: wordsOfBranches(union, tried) }]
}

/** Of a schema of Fastify: its own message would tell every branch of an `anyOf` by itself. */
function detailOf({ message, validation, validationContext }: KnownError, errors: readonly ProblemError[]): string {
  if (validation === undefined || typeof validationContext !== 'string') return message
  return errors.map(({ pointer, detail }) => `${validationContext}${pointer} ${detail}`).join(', ')
}

/** What a value has to be, by the name of its format. */
const FORMATS: Readonly<Record<string, string>> = {
  'date-time': 'must be a date-time, e.g. 2026-11-01T08:30:00Z',
  date: 'must be a date, e.g. 2026-11-01'
}

/** What is wrong, with what would do instead. A schema says by `x-rule` in words what its pattern asks for. */
function wordsOf({ keyword, message = 'is not valid', params, parentSchema = {} }: FastifyViolation): string {
  if (keyword === 'enum') return `must be one of ${listed(params?.allowedValues)}`
  if (keyword === 'const') return `must be ${String(params?.allowedValue)}`
  if (keyword === 'additionalProperties') return wordsOfUnknown(Object.keys(parentSchema.properties ?? {}))
  if (keyword === 'pattern' && typeof parentSchema['x-rule'] === 'string') return parentSchema['x-rule']
  return (keyword === 'format' && FORMATS[String(params?.format)]) || message
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

/** Ajv points to the object around a member that is missing or not defined. */
function pointerOf({ instancePath, params }: FastifyViolation): string {
  const member = params?.missingProperty ?? params?.additionalProperty
  // [RFC 6901 §3]
  return typeof member === 'string'
    ? `${instancePath}/${member.replaceAll('~', '~0').replaceAll('/', '~1')}`
    : instancePath
}
