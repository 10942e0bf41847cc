import { STATUS_CODES } from 'node:http'
import type { Operation, PathItem, Response, Schema } from './document.js'
import type { Problems } from './problems.js'

/** The schema of problem details, which the library registers. */
export const PROBLEM = 'OcppProblem'
const PROBLEM_JSON = 'application/problem+json'

interface Common {
  name: string
  description: string
  /** Descriptions by code. */
  problems: Readonly<Record<string, string>>
}

/** Answers that any operation may give. */
const COMMON = {
  400: {
    name: 'BadRequest',
    description: 'The path, the query, a header or the body is not valid.',
    problems: {
      FST_ERR_VALIDATION: 'body/limit must be number',
      INVALID_QUERY: 'limit must be an integer from 1 to 1000',
      INVALID_JSON: 'the body is not valid JSON at line 1, column 2'
    }
  },
  401: {
    name: 'Unauthorized',
    description: 'The token is missing, wrong, revoked or expired, or the sign-in has ended.',
    problems: {
      UNAUTHORIZED: 'an operator token is needed: Authorization: Bearer <token>',
      INVALID_TOKEN: 'unknown operator token, or it was revoked',
      EXPIRED_TOKEN: 'the operator token has expired',
      INVALID_SIGN_IN: 'unknown sign-in, or it has ended: sign in again'
    }
  },
  403: {
    name: 'Forbidden',
    description: 'The token does not have the scope.',
    problems: { INSUFFICIENT_SCOPE: 'the token must have the scope calls:write' }
  },
  413: {
    name: 'ContentTooLarge',
    description: 'The body is too large.',
    problems: { FST_ERR_CTP_BODY_TOO_LARGE: 'Request body is too large' }
  },
  415: {
    name: 'UnsupportedMediaType',
    description: 'The body is not JSON in UTF-8.',
    problems: {
      FST_ERR_CTP_INVALID_MEDIA_TYPE: 'Unsupported Media Type',
      UNSUPPORTED_CHARSET: 'JSON has to be in UTF-8'
    }
  },
  429: {
    name: 'TooManyRequests',
    description: 'Too many requests.',
    problems: {
      TOO_MANY_REQUESTS: 'too many requests with this token',
      TOO_MANY_FAILURES: 'too many wrong tokens came from this address'
    }
  },
  503: {
    name: 'Unavailable',
    description: 'The back-end is shutting down, or its database does not answer.',
    problems: {
      DRAINING: 'the back-end is going down',
      STORAGE_ERROR: 'storage: the database cannot be reached',
      DATABASE_NOT_READY: 'the database cannot be used yet'
    }
  }
} as const satisfies Record<number, Common>

export type CommonStatus = keyof typeof COMMON

/** Headers of answers, by status. */
const HEADERS: Readonly<Record<number, [name: string, description: string]>> = {
  401: ['WWW-Authenticate', 'RFC 6750'],
  403: ['WWW-Authenticate', 'RFC 6750: it names the scope'],
  429: ['Retry-After', 'Seconds'],
  503: ['Retry-After', 'Seconds']
}

/** Components for answers that are the same everywhere. */
export function commonResponses(): Record<string, Response> {
  return Object.fromEntries(
    (Object.entries(COMMON) as unknown as [number, Common][]).map(([status, { name, description, problems }]) => [
      name,
      problemResponse(Number(status), description, problems)
    ])
  )
}

export function referTo(status: CommonStatus) {
  return { $ref: `#/components/responses/${COMMON[status].name}` }
}

/** The description of a route replaces the general one of the same status, unless both answers are possible. */
export function addProblems({ responses }: Operation, problems: Problems): void {
  for (const [status, codes] of Object.entries(problems)) {
    const always = status === '400' || status === '429' ? COMMON[status] : undefined
    const description = [
      ...(always === undefined ? [] : [always.description]),
      ...Object.entries(codes).map(([code, when]) => `\`${code}\`: ${when}.`)
    ].join('\n\n')
    responses[status] = problemResponse(Number(status), description, { ...codes, ...always?.problems })
  }
}

/** Writes problems that several operations share once. Returns them by name. */
export function shareResponses(paths: Readonly<Record<string, PathItem>>): Record<string, Response> {
  const same = new Map<string, { status: string; response: Response; operations: Operation[] }>()
  for (const operation of Object.values(paths).flatMap((item) => Object.values(item))) {
    for (const [status, response] of Object.entries(operation.responses)) {
      if ('$ref' in response || response.content?.[PROBLEM_JSON] === undefined) continue
      const text = JSON.stringify([status, response])
      const found = same.get(text) ?? { status, response, operations: [] }
      same.set(text, found)
      found.operations.push(operation)
    }
  }
  const shared: Record<string, Response> = {}
  for (const { status, response, operations } of same.values()) {
    if (operations.length === 1) continue
    const name = `Problem${status}-${Object.keys(shared).length + 1}`
    shared[name] = response
    for (const { responses } of operations) responses[status] = { $ref: `#/components/responses/${name}` }
  }
  return shared
}

function problemResponse(status: number, description: string, problems: Problems[number]): Response {
  const header = HEADERS[status]
  return {
    description,
    ...(header && { headers: { [header[0]]: { description: header[1], schema: { type: 'string' } } } }),
    content: {
      [PROBLEM_JSON]: {
        schema: { $ref: `#/components/schemas/${PROBLEM}` },
        examples: Object.fromEntries(
          Object.entries(problems).map(([code, detail]) => [
            code,
            { value: { type: 'about:blank', title: STATUS_CODES[status], status, detail, code } }
          ])
        )
      }
    }
  }
}

/** Members that operations add to the problem with which they failed. */
const CALLS: Schema = {
  type: 'array',
  description: 'The calls that a failed operation has made',
  items: {
    type: 'object',
    required: ['messageId', 'action'],
    properties: { messageId: { type: 'string' }, action: { type: 'string' } }
  }
}

export function withCalls(problem: Schema = { type: 'object' }): Schema {
  return { ...problem, properties: { ...problem.properties, calls: CALLS } }
}
