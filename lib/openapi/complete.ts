import type { OperatorScope } from '../operators/scopes.js'
import { RULE } from '../text-like.js'
import {
  type Document,
  METHODS,
  type Media,
  type Method,
  nameOf,
  type Operation,
  type Parameter,
  type PathItem,
  type Schema,
  type Schemas
} from './document.js'
import { exampleOf } from './example.js'
import { IDEMPOTENCY_PROBLEMS, type Problems, together } from './problems.js'
import {
  addProblems,
  type CommonStatus,
  commonResponses,
  PROBLEM,
  referTo,
  shareResponses,
  withCalls
} from './responses.js'
import { nameTag, tagsOf } from './tags.js'

/** The facts about a route that its schema does not contain. */
export interface RouteFacts {
  /** The required scope. `null`: any token; `undefined`: no token. */
  scope?: OperatorScope | null
  problems?: Problems
  /** Whether the route accepts `Idempotency-Key`. */
  idempotent?: boolean
  /** Whether the route of the operator API needs no token. */
  isPublic?: boolean
}
export type FactsOf = (method: Method, path: string) => RouteFacts

/**
 * Completes the document: adds the scope of every operation, the problems that it may answer, and an example of each
 * body. Parts that all operations share are written once.
 */
export function complete(document: Document, factsOf: FactsOf): Document {
  const { schemas } = document.components
  schemas[PROBLEM] = withCalls(schemas[PROBLEM])
  const paths: Record<string, PathItem> = {}
  for (const [path, item] of Object.entries(document.paths).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const shown = withoutSlash(path)
    paths[shown] = item
    for (const method of METHODS) {
      const operation = item[method]
      if (operation === undefined) continue
      completeOperation(operation, { ...factsOf(method, shown), schemas })
      nameTag(operation, shown)
    }
  }
  for (const schema of Object.values(schemas)) simplify(schema)
  const shared = shareResponses(paths)
  return {
    ...document,
    tags: tagsOf({ paths }),
    components: {
      ...document.components,
      responses: { ...document.components.responses, ...shared, ...commonResponses() }
    },
    paths
  }
}

/** The index route of a folder answers without the slash as well. */
function withoutSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path
}

/** The description that @fastify/swagger writes if there is none. */
const NO_DESCRIPTION = 'Default Response'
const DESCRIPTIONS: Readonly<Record<string, string>> = {
  201: 'Created',
  202: 'Still running: `Location` is the URL of the report'
}

interface Facts extends RouteFacts {
  schemas: Schemas
}

function completeOperation(operation: Operation, facts: Facts): void {
  const { scope, schemas, problems = {}, idempotent = false, isPublic = false } = facts
  if (scope === undefined || isPublic) operation.security = []
  else {
    const needs = scope === null ? 'Needs any token.' : `Needs the scope \`${scope}\`.`
    operation.description = operation.description === undefined ? needs : `${operation.description}\n\n${needs}`
    const scopes = scope === null ? [] : [scope]
    operation.security = [{ operator: scopes }, { signIn: scopes }]
  }
  if (idempotent) addKey(operation)
  addProblems(operation, together(problems, idempotent ? IDEMPOTENCY_PROBLEMS : {}))
  for (const status of statusesOf(operation, scope)) {
    operation.responses[status] ??= referTo(status)
  }
  for (const parameter of operation.parameters ?? []) {
    simplify(parameter.schema)
    if (parameter.in === 'path') parameter.example ??= exampleOf(parameter.schema, schemas, parameter.name)
  }
  for (const media of Object.values(operation.requestBody?.content ?? {})) completeMedia(media, schemas)
  for (const [status, response] of Object.entries(operation.responses)) {
    if ('$ref' in response) continue
    if (response.description === NO_DESCRIPTION) response.description = DESCRIPTIONS[status] ?? 'Done'
    for (const media of Object.values(response.content ?? {})) completeMedia(media, schemas)
  }
}

const KEY_RULE = 'must consist of visible ASCII characters without spaces'
const KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  description: 'A request with the same key is carried out once. For 24 hours its repetitions get the same answer',
  schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[\\x21-\\x7e]+$', [RULE]: KEY_RULE }
} as const satisfies Parameter

function addKey(operation: Operation): void {
  const { parameters = [] } = operation
  const isThere = parameters.some(({ name }) => name.toLowerCase() === KEY.name.toLowerCase())
  if (!isThere) operation.parameters = [...parameters, structuredClone(KEY)]
}

function statusesOf(operation: Operation, scope: RouteFacts['scope']): CommonStatus[] {
  const statuses: CommonStatus[] = []
  if (operation.parameters !== undefined || operation.requestBody !== undefined) statuses.push(400)
  if (scope !== undefined) statuses.push(401, 403, 429, 503)
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

/** A union with one branch becomes that branch, and a union of literals one enumeration: a form then offers all values. */
function simplify(schema: Schema): void {
  for (const part of partsOf(schema)) simplify(part)
  const branches = schema.anyOf
  if (branches === undefined) return
  const [first = {}] = branches
  const values = literalsOf(branches)
  if (branches.length > 1 && values === undefined) return
  delete schema.anyOf
  Object.assign(schema, values === undefined ? first : { type: first.type, enum: values })
}

function partsOf({ properties = {}, items, anyOf = [], allOf = [] }: Schema): Schema[] {
  return [...Object.values(properties), ...(items === undefined ? [] : [items]), ...anyOf, ...allOf]
}

/** The values of branches that are literals of one type; `undefined` if a branch is anything else. */
function literalsOf(branches: readonly Schema[]): unknown[] | undefined {
  const isLiteral = ({ type, enum: values, const: literal, ...others }: Schema) => {
    return type === branches[0]?.type && (values ?? literal) !== undefined && Object.keys(others).length === 0
  }
  return branches.every(isLiteral) ? branches.flatMap((branch) => branch.enum ?? [branch.const]) : undefined
}
