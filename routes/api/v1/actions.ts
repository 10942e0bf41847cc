import { type Static, Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { ALL_PROTOCOLS, type Protocol } from 'fastify-ocpp'
import { IdentityParams, oneOf } from '../../../lib/http/records.js'
import { together, UNKNOWN_CHARGE_POINT } from '../../../lib/openapi/problems.js'
import { type Action, findAction, listActions } from '../../../lib/operations/actions.js'
import { DANGERS } from '../../../lib/operations/operation.js'
import { ProblemError } from '../../../lib/problem-error.js'

const danger = oneOf(
  DANGERS,
  'interrupts: may end a transaction or stop service; destroys: may remove what cannot be brought back'
)
const title = Type.String({ examples: ['Reset a charge point'] })
const ProtocolQuery = Type.Object(
  { protocol: oneOf(ALL_PROTOCOLS, 'Version of OCPP') },
  { additionalProperties: false }
)
const OneProtocolQuery = Type.Object(
  { protocol: Type.Optional(oneOf(ALL_PROTOCOLS, 'Version of OCPP; needed for calls')) },
  { additionalProperties: false }
)
const name = Type.String({
  maxLength: 64,
  examples: ['Reset'],
  description: 'The name of an operation, or the action of an OCPP call'
})
const NameParams = Type.Object({ name })
const ActionParams = Type.Object({ ...IdentityParams.properties, name })

const ActionList = Type.Object({
  operations: Type.Array(
    Type.Object({
      name: Type.String({ examples: ['reset'], description: 'As in `POST …/operations/{name}`' }),
      title,
      supported: Type.Boolean({ description: 'Whether it can be sent in the version of the charge point' }),
      reason: Type.Optional(Type.String({ description: 'Why it is not supported' })),
      danger,
      queueable: Type.Boolean({
        description: 'Whether it can wait for a charge point that is away, with `whenOffline=queue`'
      })
    })
  ),
  calls: Type.Array(
    Type.Object({
      action: Type.String({ description: 'As in `POST …/calls/{action}`' }),
      title,
      block: Type.String({
        examples: ['Core'],
        description: 'The profile (1.6) or functional block (2.x) that the action belongs to'
      }),
      danger
    }),
    { description: 'The calls of the version. Empty if the version is unknown' }
  )
})

const ActionRecord = Type.Object({
  title,
  description: Type.Optional(Type.String()),
  danger,
  schema: Type.Object(
    {},
    {
      additionalProperties: true,
      description: 'JSON Schema of the body of the request. References lead to its own `$defs`',
      examples: [
        { type: 'object', required: ['type'], properties: { type: { type: 'string', enum: ['Hard', 'Soft'] } } }
      ]
    }
  ),
  example: Type.Unknown({ description: 'A body that the schema allows', examples: [{ type: 'Hard' }] })
})

const TAG = { tags: ['Operations'] }
const UNKNOWN_ACTION = { 404: { UNKNOWN_ACTION: 'no operation has this name, and the version of OCPP no such call' } }
const DESCRIPTION =
  'Operations are the same for all versions, calls are those that a CSMS may send in the version of OCPP. A charge ' +
  'point need not support all of them.'

/** Operations and calls of charge points, with schemas from which a form can be made. */
export default async function actions(app: FastifyInstance): Promise<void> {
  addLists(app)
  addSchemas(app)
}

function addLists(app: FastifyInstance): void {
  app.get<{ Querystring: Static<typeof ProtocolQuery> }>(
    '/actions',
    {
      config: { scope: 'charge-points:read' },
      schema: {
        ...TAG,
        operationId: 'listActions',
        querystring: ProtocolQuery,
        response: { 200: ActionList },
        summary: 'List the operations and the calls of a version of OCPP',
        description: DESCRIPTION
      }
    },
    async ({ query }) => listActions(query.protocol)
  )
  app.get<{ Params: IdentityParams }>(
    '/charge-points/:identity/actions',
    {
      config: { holder: 'preferred', scope: 'charge-points:read', problems: UNKNOWN_CHARGE_POINT },
      schema: {
        ...TAG,
        operationId: 'listChargePointActions',
        params: IdentityParams,
        response: { 200: ActionList },
        summary: 'List the operations and calls for a charge point',
        description: `${DESCRIPTION} The version is that of its connection, or of its latest one.`
      }
    },
    async ({ params }) => listActions(await protocolOf(app, params.identity))
  )
}

function addSchemas(app: FastifyInstance): void {
  app.get<{ Params: Static<typeof NameParams>; Querystring: Static<typeof OneProtocolQuery> }>(
    '/actions/:name',
    {
      config: { scope: 'charge-points:read', problems: UNKNOWN_ACTION },
      schema: {
        ...TAG,
        operationId: 'getAction',
        params: NameParams,
        querystring: OneProtocolQuery,
        response: { 200: ActionRecord },
        summary: 'Show the schema of the request of an operation or call'
      }
    },
    async ({ params, query }) => existing(query.protocol, params.name)
  )
  app.get<{ Params: Static<typeof ActionParams> }>(
    '/charge-points/:identity/actions/:name',
    {
      config: {
        holder: 'preferred',
        scope: 'charge-points:read',
        problems: together(UNKNOWN_CHARGE_POINT, UNKNOWN_ACTION)
      },
      schema: {
        ...TAG,
        operationId: 'getChargePointAction',
        params: ActionParams,
        response: { 200: ActionRecord },
        summary: 'Show the schema of the request of an operation or call for a charge point'
      }
    },
    async ({ params: { identity, name } }) => existing(await protocolOf(app, identity), name)
  )
}

/** The version of the connection, or of the latest one; undefined if there was none. */
async function protocolOf({ store, ocpp }: FastifyInstance, identity: string): Promise<Protocol | undefined> {
  const { protocol: latest } = await store.require(identity)
  const protocol = ocpp.chargePoints.get(identity)?.protocol ?? latest
  return ALL_PROTOCOLS.find((known) => known === protocol)
}

function existing(protocol: Protocol | undefined, name: string): Action {
  const action = findAction(protocol, name)
  if (action !== undefined) return action
  const where = protocol === undefined ? 'the version of OCPP is unknown, and' : `${protocol} has no such call, and`
  throw new ProblemError(404, 'UNKNOWN_ACTION', `${where} no operation is named ${name}`)
}
