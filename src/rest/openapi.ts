import type { Ocpp } from '../ocpp-api.js'
import { ALL_PROTOCOLS, PROTOCOLS } from '../protocol.js'
import type { ActionDefinition } from '../schema.js'
import type { Protocol } from '../types/protocol.js'
import { isCall } from './calls.js'
import { type Components, ComponentWriter, type Schema } from './components.js'
import { SUMMARIES } from './summaries.js'

/** A function in the config of a route that @fastify/swagger calls for its schema. */
type SwaggerTransform = (route: { url: string; openapiObject?: OpenApiDocument }) => { schema: object; url: string }

interface OpenApiDocument {
  components: { schemas: Components }
}

/** An operation in the form of a Fastify schema, which @fastify/swagger reads. */
type Operation = Readonly<Record<string, unknown>>

type OperationWriter = (components: Components, ocpp: Ocpp) => Operation

const HIDDEN: Operation = { hide: true }

/**
 * Route config that documents an operation for @fastify/swagger. The route itself has no schema, so Fastify compiles
 * nothing. The operation is written when a document is requested, with the versions that are registered by then.
 */
export function documented(ocpp: Ocpp, write: OperationWriter): object {
  const swaggerTransform: SwaggerTransform = ({ url, openapiObject }) => {
    // Swagger 2.0 has no `anyOf`.
    return { url, schema: openapiObject === undefined ? HIDDEN : write(openapiObject.components.schemas, ocpp) }
  }
  return { swaggerTransform }
}

// --- operations ------------------------------------------------------------------------------------------------

const TAG = 'ChargePoints'

const IDENTITY = {
  identity: { type: 'string', minLength: 1, maxLength: 48, description: 'Upper and lower case are the same' }
}
const PARAMS = { type: 'object', properties: IDENTITY, required: ['identity'] }

export const listOperation: OperationWriter = (components) => ({
  operationId: 'listChargePoints',
  summary: 'List the connected charge points',
  tags: [TAG],
  querystring: {
    type: 'object',
    properties: {
      connected: { type: 'boolean' },
      protocol: { type: 'string', enum: ALL_PROTOCOLS },
      q: { type: 'string', maxLength: 256, description: 'Part of the identity, in any case' },
      limit: { type: 'integer', minimum: 1, maximum: 1000, default: 100 },
      cursor: { type: 'string', description: '`nextCursor` of the previous page' }
    }
  },
  response: {
    200: {
      description: 'A page of charge points, sorted by identity',
      type: 'object',
      required: ['items'],
      properties: {
        items: { type: 'array', items: component(components, 'OcppChargePoint', CHARGE_POINT) },
        nextCursor: { type: 'string', description: 'Absent on the last page' }
      }
    },
    ...problems(components, [400])
  }
})

export const getOperation: OperationWriter = (components) => ({
  operationId: 'getChargePoint',
  summary: 'Get a charge point',
  tags: [TAG],
  params: PARAMS,
  response: {
    200: {
      description: 'The charge point',
      allOf: [
        component(components, 'OcppChargePoint', CHARGE_POINT),
        { type: 'object', properties: { violations: { type: 'array', items: VIOLATION } } }
      ]
    },
    ...problems(components, [404])
  }
})

export const disconnectOperation: OperationWriter = (components) => ({
  operationId: 'disconnectChargePoint',
  summary: 'Close the connection of a charge point',
  description: 'A charge point usually reconnects at once.',
  tags: [TAG],
  params: PARAMS,
  response: { 204: { description: 'Closed', type: 'null' }, ...problems(components, [404, 409]) }
})

export const hiddenOperation: OperationWriter = () => HIDDEN

/** JSON schemas that an app adds to each call: query parameters, headers, and responses by status. */
export interface CallExtras {
  querystring?: Readonly<Record<string, object>>
  headers?: Readonly<Record<string, object>>
  response?: Readonly<Record<number, object>>
}

/** The operation that sends one action, in all registered versions that have the action. */
export function callOperation(action: string, extras: CallExtras = {}): OperationWriter {
  return (components, ocpp) => {
    const versions = ocpp.protocols.flatMap((protocol) => version(protocol, action))
    const newest = versions[0]
    if (newest === undefined) return HIDDEN
    const schemas = versions.map(({ protocol, definition: { request, response } }) => {
      const writer = new ComponentWriter(components, protocol)
      return { request: writer.write(request), response: response === undefined ? {} : writer.write(response) }
    })
    return {
      operationId: `call${action}`,
      summary: SUMMARIES[action],
      description: `Sends ${action} and waits for the answer. ${versions.map(origin).join(', ')}.`,
      tags: [newest.definition.block],
      params: PARAMS,
      querystring: { type: 'object', properties: { timeout: TIMEOUT, ...extras.querystring } },
      ...(extras.headers && { headers: { type: 'object', properties: extras.headers } }),
      body: { anyOf: schemas.map(({ request }) => request) },
      response: {
        200: answer(
          action,
          schemas.map(({ response }) => response)
        ),
        ...problems(components, CALL_STATUSES),
        ...structuredClone(extras.response)
      }
    }
  }
}

interface Version {
  protocol: Protocol
  definition: ActionDefinition
}

function version(protocol: Protocol, action: string): Version[] {
  const definition = PROTOCOLS[protocol].actions.get(action)
  return isCall(definition) ? [{ protocol, definition }] : []
}

function origin({ protocol, definition }: Version): string {
  return `${protocol.replace('ocpp', 'OCPP ')} (${definition.block})`
}

const TIMEOUT = { type: 'integer', minimum: 1, maximum: 300_000, description: 'Milliseconds to wait for the answer' }

const CALL_STATUSES = [400, 404, 409, 413, 415, 422, 429, 502, 504]

function answer(action: string, results: Schema[]): Schema {
  return {
    description: 'The answer of the charge point',
    type: 'object',
    required: ['messageId', 'action', 'result'],
    properties: {
      messageId: { type: 'string', maxLength: 36 },
      action: { type: 'string', enum: [action] },
      result: { anyOf: results }
    }
  }
}

// --- schemas ---------------------------------------------------------------------------------------------------

/** Adds the schema to the components. Returns a reference to it. */
function component(components: Components, name: string, schema: Schema): Schema {
  components[name] ??= structuredClone(schema)
  return { $ref: `#/components/schemas/${name}` }
}

const PROBLEMS: Readonly<Record<number, string>> = {
  400: 'The query or the JSON is invalid',
  404: 'Unknown charge point',
  409: 'The charge point is not connected',
  413: 'The body is too large',
  415: 'The body is not JSON',
  422: 'The version of the charge point has no such action, or the request violates its schema',
  429: 'Too many calls are waiting for this charge point',
  502: 'The charge point answered with a CALLERROR, or its answer violates the schema',
  504: 'No answer in time, or the connection was lost'
}

function problems(components: Components, statuses: readonly number[]): Record<number, Schema> {
  const schema = component(components, 'OcppProblem', PROBLEM)
  return Object.fromEntries(
    statuses.map((status) => [
      status,
      { description: PROBLEMS[status], content: { 'application/problem+json': { schema } } }
    ])
  )
}

const POINTER = { type: 'string', description: 'RFC 6901 JSON pointer' }

const PROBLEM: Schema = {
  title: 'Problem details',
  type: 'object',
  required: ['type', 'title', 'status'],
  properties: {
    type: { type: 'string', format: 'uri-reference' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: { type: 'string' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['pointer', 'detail'],
        properties: { pointer: POINTER, detail: { type: 'string' } }
      }
    },
    callError: {
      type: 'object',
      required: ['code', 'description', 'details'],
      properties: { code: { type: 'string' }, description: { type: 'string' }, details: { type: 'object' } }
    },
    sent: { type: 'boolean', description: 'Whether the call was sent, so that the charge point may have acted' },
    messageId: { type: 'string', description: 'Message id of a recorded call' }
  }
}

const COUNT = { type: 'integer', minimum: 0 }
const MOMENT = { type: 'string', format: 'date-time' }

const CHARGE_POINT: Schema = {
  title: 'Charge point',
  description: 'A charge point that is not connected has only `identity` and `connected`.',
  type: 'object',
  required: ['identity', 'connected'],
  properties: {
    identity: { type: 'string', maxLength: 48 },
    connected: { type: 'boolean' },
    protocol: { type: 'string', enum: ALL_PROTOCOLS },
    registration: { type: 'string', enum: ['Accepted', 'Pending', 'Rejected'] },
    remoteAddress: { type: 'string' },
    connectedAt: MOMENT,
    lastSeenAt: MOMENT,
    pendingCalls: COUNT,
    counters: { type: 'object', additionalProperties: COUNT }
  }
}

const VIOLATION: Schema = {
  type: 'object',
  required: ['action', 'direction', 'code', 'pointer', 'message', 'count'],
  properties: {
    action: { type: 'string' },
    direction: { type: 'string', enum: ['inbound', 'outbound'] },
    code: { type: 'string' },
    pointer: POINTER,
    message: { type: 'string' },
    count: COUNT
  }
}
