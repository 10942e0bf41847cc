import { STATUS_CODES } from 'node:http'
import type { OperatorScope } from '../operators.js'
import {
  type Document,
  METHODS,
  type Media,
  type Method,
  nameOf,
  type Operation,
  type PathItem,
  type Response,
  type Schema,
  type Schemas
} from './document.js'
import { exampleOf } from './example.js'

/** The scope that an operation needs: null when any token will do, undefined when none is needed. */
export type Scope = OperatorScope | null | undefined
export type ScopeOf = (method: Method, path: string) => Scope

const PROBLEM = 'OcppProblem'

/** Answers that have nothing to do with what an operation is for: name, description, code, and an example. */
const COMMON = {
  400: ['BadRequest', 'The query, the path or the JSON is not valid', 'INVALID_QUERY', 'limit must be an integer'],
  401: ['Unauthorized', 'The token is missing, unknown or expired', 'UNAUTHORIZED', 'the operator token is needed'],
  403: ['Forbidden', 'The token does not have the scope', 'INSUFFICIENT_SCOPE', 'the scope calls:write is needed'],
  404: ['NotFound', 'There is no such thing', 'NOT_FOUND', 'there is nothing here'],
  413: ['ContentTooLarge', 'The body is too large', 'FST_ERR_CTP_BODY_TOO_LARGE', 'Request body is too large'],
  415: ['UnsupportedMediaType', 'The body is not JSON', 'FST_ERR_CTP_INVALID_MEDIA_TYPE', 'Unsupported Media Type'],
  429: ['TooManyRequests', 'Too many requests: see Retry-After', 'TOO_MANY_REQUESTS', 'too many requests'],
  503: ['Unavailable', 'The back-end is going down, or its database is away', 'DRAINING', 'going down']
} as const satisfies Record<number, readonly [name: string, description: string, code: string, detail: string]>

type CommonStatus = keyof typeof COMMON

/**
 * Makes the document whole: what all operations have in common is written once, here. Every operation has its scope,
 * the problems that can come instead of an answer, and an example of each body.
 */
export function complete(document: Document, scopeOf: ScopeOf): Document {
  const { schemas } = document.components
  schemas[PROBLEM] ??= { type: 'object' }
  const paths: Record<string, PathItem> = {}
  for (const [path, item] of Object.entries(document.paths).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const shown = withoutSlash(path)
    paths[shown] = item
    for (const method of METHODS) {
      const operation = item[method]
      if (operation !== undefined) completeOperation(operation, { scope: scopeOf(method, shown), path: shown, schemas })
    }
  }
  for (const schema of Object.values(schemas)) simplify(schema)
  return {
    ...document,
    components: { ...document.components, responses: { ...document.components.responses, ...commonResponses() } },
    paths
  }
}

/** The index route of a folder answers without the slash as well. */
function withoutSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path
}

interface Facts {
  scope: Scope
  path: string
  schemas: Schemas
}

function completeOperation(operation: Operation, { scope, path, schemas }: Facts): void {
  if (scope === undefined) operation.security = []
  else {
    const needs = scope === null ? 'Needs any token.' : `Needs the scope \`${scope}\`.`
    operation.description = operation.description === undefined ? needs : `${operation.description}\n\n${needs}`
    operation.security = [{ operator: scope === null ? [] : [scope] }]
  }
  for (const status of statusesOf(operation, scope, path)) {
    operation.responses[status] ??= { $ref: `#/components/responses/${COMMON[status][0]}` }
  }
  for (const media of Object.values(operation.requestBody?.content ?? {})) completeMedia(media, schemas)
  for (const [status, response] of Object.entries(operation.responses)) {
    if ('$ref' in response || response.content === undefined) continue
    for (const [type, media] of Object.entries(response.content)) {
      if (type === 'application/problem+json') media.example ??= problemExample(Number(status))
      else completeMedia(media, schemas)
    }
  }
}

function statusesOf(operation: Operation, scope: Scope, path: string): CommonStatus[] {
  const statuses: CommonStatus[] = []
  if (operation.parameters !== undefined || operation.requestBody !== undefined) statuses.push(400)
  if (scope !== undefined) statuses.push(401, 403, 429, 503)
  if (path.includes('{')) statuses.push(404)
  if (operation.requestBody !== undefined) statuses.push(413, 415)
  return statuses
}

function completeMedia(media: Media, schemas: Schemas): void {
  const { schema } = media
  if (schema === undefined) return
  simplify(schema)
  if (media.example !== undefined || media.examples !== undefined) return
  const variants = schema.anyOf?.filter(({ $ref }) => $ref !== undefined) ?? []
  if (variants.length < 2) media.example = exampleOf(schema, schemas)
  else {
    media.examples = Object.fromEntries(
      variants.map((variant) => [nameOf(variant), { value: exampleOf(variant, schemas) }])
    )
  }
}

/** A choice of one is none. */
function simplify(schema: Schema): void {
  const only = schema.anyOf?.length === 1 ? schema.anyOf[0] : undefined
  if (only !== undefined) {
    delete schema.anyOf
    Object.assign(schema, only)
  }
  for (const member of Object.values(schema.properties ?? {})) simplify(member)
  if (schema.items !== undefined) simplify(schema.items)
  for (const part of [...(schema.anyOf ?? []), ...(schema.allOf ?? [])]) simplify(part)
}

function commonResponses(): Record<string, Response> {
  return Object.fromEntries(
    Object.entries(COMMON).map(([status, [name, description, code, detail]]) => [
      name,
      {
        description,
        content: {
          'application/problem+json': {
            schema: { $ref: `#/components/schemas/${PROBLEM}` },
            example: { ...problemExample(Number(status)), detail, code }
          }
        }
      }
    ])
  )
}

function problemExample(status: number): object {
  return { type: 'about:blank', title: STATUS_CODES[status], status }
}
