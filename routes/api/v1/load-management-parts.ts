import { type Static, Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { IdentityParams } from '../../../lib/http/records.js'
import { changeLoadManagement, type PartialChange, siteToChange } from '../../../lib/load-management/configuration.js'
import { EVSE_IN_USE, ForceParams } from '../../../lib/load-management/force.js'
import { Assignment, CIRCUIT_ID, Circuit, type LoadManagementBody } from '../../../lib/load-management/plant.js'
import type { Releasing } from '../../../lib/load-management/release.js'
import { findLoadManagement } from '../../../lib/load-management/rows.js'
import { ProblemError } from '../../../lib/problem-error.js'
import { SiteParams } from '../../../lib/sites/records.js'
import { textLike } from '../../../lib/text-like.js'

const PATH = '/sites/:id/load-management'
const TAGS = { tags: ['Sites'] }
const UNKNOWN = { NO_LOAD_MANAGEMENT: 'there is no such site, or its load is not managed' }
const UNKNOWN_CIRCUIT = { ...UNKNOWN, UNKNOWN_CIRCUIT: 'no such circuit' }
const UNKNOWN_EVSE = { ...UNKNOWN, UNKNOWN_EVSE: 'the EVSE is not assigned' }
const INVALID = {
  INVALID_LOAD_MANAGEMENT: 'a circuit leads nowhere or back to itself, an EVSE is unknown, or the fallbacks do not fit'
}

const CircuitParams = Type.Object({ ...SiteParams.properties, circuit: CIRCUIT_ID })
type CircuitParams = Static<typeof CircuitParams>
const CircuitBody = Type.Omit(Circuit, ['id'], {
  additionalProperties: false,
  examples: [{ parent: 'main', limit: { A: 32 } }]
})

const EvseParams = Type.Object({
  ...SiteParams.properties,
  ...IdentityParams.properties,
  evseId: textLike('^(?:[1-9]\\d{0,2}|1000)$', 'must be a number from 1 to 1000')
})
type EvseParams = Static<typeof EvseParams>
const EvseBody = Type.Omit(Assignment, ['identity', 'evseId'], {
  additionalProperties: false,
  examples: [{ circuit: 'main', maximum: 32, fallback: 6 }]
})

/** Circuits and EVSEs of the load management of a site, one by one. */
export default async function loadManagementParts(app: FastifyInstance): Promise<void> {
  addReadCircuit(app)
  addPutCircuit(app)
  addDeleteCircuit(app)
  addReadEvse(app)
  addPutEvse(app)
  addDeleteEvse(app)
}

// --- circuits ------------------------------------------------------------------------------------------------------

function circuitIn({ circuits }: LoadManagementBody, { circuit }: CircuitParams) {
  const found = circuits.find(({ id }) => id === circuit)
  if (found === undefined) throw new ProblemError(404, 'UNKNOWN_CIRCUIT', `no circuit ${circuit}`)
  return found
}

function addReadCircuit(app: FastifyInstance): void {
  app.get<{ Params: CircuitParams }>(
    `${PATH}/circuits/:circuit`,
    {
      config: { scope: 'sites:read', problems: { 404: UNKNOWN_CIRCUIT } },
      schema: {
        ...TAGS,
        params: CircuitParams,
        operationId: 'getCircuit',
        summary: 'Show a circuit',
        response: { 200: Circuit }
      }
    },
    async ({ params }) => circuitIn(await existing(app, params.id), params)
  )
}

function addPutCircuit(app: FastifyInstance): void {
  app.put<{ Params: CircuitParams; Body: Static<typeof CircuitBody> }>(
    `${PATH}/circuits/:circuit`,
    {
      config: { scope: 'sites:write', problems: { 404: UNKNOWN, 422: INVALID } },
      schema: {
        ...TAGS,
        params: CircuitParams,
        body: CircuitBody,
        operationId: 'putCircuit',
        summary: 'Add or replace a circuit',
        description: 'The whole configuration has to fit afterwards, or nothing is changed.',
        response: { 200: Circuit, 201: Circuit }
      }
    },
    async ({ params, body }, reply) => {
      const circuit = { id: params.circuit, ...body }
      const isThere = (one: { id: string }) => one.id === circuit.id
      const { isNew } = await put(app, params.id, { item: circuit, isThere, list: 'circuits' })
      return reply.code(isNew ? 201 : 200).send(circuit)
    }
  )
}

function addDeleteCircuit(app: FastifyInstance): void {
  app.delete<{ Params: CircuitParams }>(
    `${PATH}/circuits/:circuit`,
    {
      config: {
        scope: 'sites:write',
        problems: { 404: UNKNOWN_CIRCUIT, 409: { CIRCUIT_IN_USE: 'a circuit or an EVSE is below it' } }
      },
      schema: {
        ...TAGS,
        params: CircuitParams,
        operationId: 'deleteCircuit',
        summary: 'Delete a circuit',
        description: 'Also the limit and the measurement of an energy manager.',
        response: { 204: Type.Null({ description: 'Deleted' }) }
      }
    },
    async ({ params }, reply) => {
      await change(app, params.id, {
        apply: (body) => {
          const { id } = circuitIn(body, params)
          const child = body.circuits.find(({ parent }) => parent === id)?.id
          const evse = body.evses.find(({ circuit }) => circuit === id)
          const below = child ?? (evse && `${evse.identity} ${evse.evseId}`)
          if (below !== undefined) throw new ProblemError(409, 'CIRCUIT_IN_USE', `${below} is below circuit ${id}`)
          return { ...body, circuits: body.circuits.filter((circuit) => circuit.id !== id) }
        }
      })
      return reply.code(204).send()
    }
  )
}

// --- EVSEs ---------------------------------------------------------------------------------------------------------

type Place = Pick<Assignment, 'identity' | 'evseId'>

function isAt({ identity, evseId }: EvseParams) {
  return (one: Place) => one.identity.toLowerCase() === identity.toLowerCase() && one.evseId === Number(evseId)
}

function evseIn({ evses }: LoadManagementBody, params: EvseParams): Assignment {
  const found = evses.find(isAt(params))
  if (found === undefined) {
    throw new ProblemError(404, 'UNKNOWN_EVSE', `EVSE ${params.evseId} of ${params.identity} is not assigned`)
  }
  return found
}

function addReadEvse(app: FastifyInstance): void {
  app.get<{ Params: EvseParams }>(
    `${PATH}/evses/:identity/:evseId`,
    {
      config: { scope: 'sites:read', problems: { 404: UNKNOWN_EVSE } },
      schema: {
        ...TAGS,
        params: EvseParams,
        operationId: 'getAssignment',
        summary: 'Show how an EVSE is assigned to a circuit',
        response: { 200: Assignment }
      }
    },
    async ({ params }) => evseIn(await existing(app, params.id), params)
  )
}

function addPutEvse(app: FastifyInstance): void {
  app.put<{ Params: EvseParams; Body: Static<typeof EvseBody> }>(
    `${PATH}/evses/:identity/:evseId`,
    {
      config: { scope: 'sites:write', problems: { 404: UNKNOWN, 422: INVALID } },
      schema: {
        ...TAGS,
        params: EvseParams,
        body: EvseBody,
        operationId: 'putAssignment',
        summary: 'Assign an EVSE to a circuit',
        description: 'The whole configuration has to fit afterwards, or nothing is changed.',
        response: { 200: Assignment, 201: Assignment }
      }
    },
    async ({ params, body }, reply) => {
      const { identity, evseId } = params
      const item = { identity, evseId: Number(evseId), ...body }
      const { isNew } = await put(app, params.id, { item, isThere: isAt(params), list: 'evses' })
      return reply.code(isNew ? 201 : 200).send(item)
    }
  )
}

function addDeleteEvse(app: FastifyInstance): void {
  app.delete<{ Params: EvseParams; Querystring: Static<typeof ForceParams> }>(
    `${PATH}/evses/:identity/:evseId`,
    {
      config: { scope: 'sites:write', problems: { 404: UNKNOWN_EVSE, 409: { EVSE_IN_USE } } },
      schema: {
        ...TAGS,
        params: EvseParams,
        querystring: ForceParams,
        operationId: 'deleteAssignment',
        summary: 'Take an EVSE out of load management',
        description: 'The profiles of load management are taken away from it.',
        response: { 204: Type.Null({ description: 'Deleted' }) }
      }
    },
    async ({ params, query }, reply) => {
      const releasing = query.force === 'true' ? undefined : await app.loadManagement.releasing(params.id)
      await change(app, params.id, {
        releasing,
        apply: (body) => {
          const gone = evseIn(body, params)
          return { ...body, evses: body.evses.filter((evse) => evse !== gone) }
        }
      })
      return reply.code(204).send()
    }
  )
}

// --- the configuration ---------------------------------------------------------------------------------------------

interface Part<T> {
  item: T
  isThere: (one: T) => boolean
  list: 'circuits' | 'evses'
}

/** Adds or replaces a part. */
async function put<T>(app: FastifyInstance, siteId: string, { item, isThere, list }: Part<T>) {
  let isNew = false
  await change(app, siteId, {
    apply: (body) => {
      const before = body[list] as unknown as T[]
      isNew = !before.some(isThere)
      return { ...body, [list]: isNew ? [...before, item] : before.map((one) => (isThere(one) ? item : one)) }
    },
    placeIn: (body) => `/${list}/${(body[list] as unknown as T[]).findIndex(isThere)}`
  })
  return { isNew }
}

/** @throws `NO_LOAD_MANAGEMENT` */
async function change(
  app: FastifyInstance,
  siteId: string,
  { releasing, ...partial }: PartialChange & { releasing?: Releasing | undefined }
): Promise<void> {
  const { database, loadManagement } = app
  const site = { ...(await siteToChange(app.traits, siteId)), releasing }
  if ((await changeLoadManagement(database.writer, site, partial)) === undefined) throw notManaged(siteId)
  loadManagement.configured(siteId)
}

/** @throws `NO_LOAD_MANAGEMENT` */
async function existing({ database }: FastifyInstance, siteId: string): Promise<LoadManagementBody> {
  const row = await findLoadManagement(database.db, siteId)
  if (row === undefined) throw notManaged(siteId)
  return JSON.parse(row.document) as LoadManagementBody
}

function notManaged(siteId: string): ProblemError {
  return new ProblemError(404, 'NO_LOAD_MANAGEMENT', `the load of ${siteId} is not managed`)
}
