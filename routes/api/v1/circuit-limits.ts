import { type Static, Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { toDateTime } from '../../../lib/date-time.js'
import { type CircuitLimitChange, putLimits } from '../../../lib/load-management/dynamic-limits.js'
import type { DynamicLimit } from '../../../lib/load-management/limits.js'
import { MeasurementBody, measurementOf, putMeasurement } from '../../../lib/load-management/measurements.js'
import {
  CIRCUIT_ID,
  CircuitLimitBody,
  CircuitLimitRecord,
  CircuitLimitsBody,
  CircuitLimitsRecord,
  type LoadManagementBody
} from '../../../lib/load-management/plant.js'
import { deleteLimit, findLoadManagement, readTold } from '../../../lib/load-management/rows.js'
import { overloads } from '../../../lib/load-management/step.js'
import { ProblemError } from '../../../lib/problem-error.js'
import { SiteParams } from '../../../lib/sites/records.js'
import { textLike } from '../../../lib/text-like.js'

const SITE = '/sites/:id/load-management'
const PATH = `${SITE}/circuits/:circuit`
const TAGS = { tags: ['Sites'] }
const Params = Type.Object({ ...SiteParams.properties, circuit: CIRCUIT_ID })
type Params = Static<typeof Params>
const UNKNOWN = { UNKNOWN_CIRCUIT: 'no such circuit in the load management of such a site' }

const Wait = Type.Object(
  {
    wait: Type.Optional(
      textLike('^(?:[1-9]|[12]\\d|30)$', 'must be a number from 1 to 30', {
        description: 'Seconds to wait at most until all that has to be lowered is lowered. 1 to 30'
      })
    )
  },
  { additionalProperties: false }
)

/** Limits and measurements that energy managers and meters report for the circuits of a site. */
export default async function circuitLimits(app: FastifyInstance): Promise<void> {
  addRead(app)
  addPut(app)
  addPutMany(app)
  addDelete(app)
  addMeasurement(app)
}

function addRead(app: FastifyInstance): void {
  app.get<{ Params: Params }>(
    `${PATH}/limit`,
    {
      config: { scope: 'sites:read', problems: { 404: { ...UNKNOWN, NO_LIMIT: 'no limit is set' } } },
      schema: {
        ...TAGS,
        params: Params,
        operationId: 'getCircuitLimit',
        summary: 'Show the limit that an energy manager has set',
        response: { 200: CircuitLimitRecord }
      }
    },
    async ({ params }) => {
      await existing(app, params)
      return shown(app, params)
    }
  )
}

function addPut(app: FastifyInstance): void {
  const { database, loadManagement } = app
  app.put<{ Params: Params; Body: Static<typeof CircuitLimitBody>; Querystring: Static<typeof Wait> }>(
    `${PATH}/limit`,
    {
      config: { scope: 'limits:write', problems: { 404: UNKNOWN } },
      schema: {
        ...TAGS,
        params: Params,
        body: CircuitLimitBody,
        querystring: Wait,
        operationId: 'putCircuitLimit',
        summary: 'Limit a circuit for some time',
        description:
          'For an energy manager, which repeats it before `ttl` is over. The lowest of it, of the configured limit and of the window holds.',
        response: { 200: CircuitLimitRecord }
      }
    },
    async ({ params, body: { ttl, source, ...limit }, query }) => {
      const { id, circuit } = params
      const expiresAt = loadManagement.clock() + ttl * 1000
      const result = await putLimits(database.writer, id, [{ circuit, limit, source, expiresAt }])
      if (result !== 'set') throw unknownCircuit(params)
      const lowered = await applied(app, id, query)
      return { ...(await shown(app, params)), ...lowered }
    }
  )
}

function addPutMany(app: FastifyInstance): void {
  const { database, loadManagement } = app
  app.put<{ Params: SiteParams; Body: Static<typeof CircuitLimitsBody>; Querystring: Static<typeof Wait> }>(
    `${SITE}/limits`,
    {
      config: {
        scope: 'limits:write',
        problems: {
          404: { NO_LOAD_MANAGEMENT: 'there is no such site, or its load is not managed' },
          422: { INVALID_LIMITS: 'a circuit is unknown, or is named twice' }
        }
      },
      schema: {
        ...TAGS,
        params: SiteParams,
        body: CircuitLimitsBody,
        querystring: Wait,
        operationId: 'putCircuitLimits',
        summary: 'Limit several circuits for some time',
        description: 'All of them or, if one is refused, none. Circuits that are not named keep their limits.',
        response: { 200: CircuitLimitsRecord }
      }
    },
    async ({ params, body, query }) => {
      const now = loadManagement.clock()
      const changes = body.limits.map(({ circuit, ttl, source, ...limit }) => {
        return { circuit, limit, source, expiresAt: now + ttl * 1000 }
      })
      await putAll(app, params.id, changes)
      const lowered = await applied(app, params.id, query)
      const told = await readTold(database.db, params.id)
      const limits = changes.flatMap(({ circuit }) => {
        const { dynamic } = told.get(circuit) ?? {}
        return dynamic === undefined ? [] : [{ circuit, ...toRecord(dynamic) }]
      })
      return { limits, ...lowered }
    }
  )
}

/** @throws `NO_LOAD_MANAGEMENT`, `INVALID_LIMITS` */
async function putAll({ database }: FastifyInstance, siteId: string, changes: readonly CircuitLimitChange[]) {
  const circuits = changes.map(({ circuit }) => circuit)
  const twice = circuits.findIndex((circuit, index) => circuits.indexOf(circuit) !== index)
  if (twice >= 0) throw invalidLimits(twice, 'is named twice')
  const result = await putLimits(database.writer, siteId, changes)
  if (result === 'unmanaged') throw new ProblemError(404, 'NO_LOAD_MANAGEMENT', `the load of ${siteId} is not managed`)
  if (result !== 'set') throw invalidLimits(result, `is no circuit of the site: ${circuits[result]}`)
}

function invalidLimits(index: number, detail: string): ProblemError {
  const pointer = `/limits/${index}/circuit`
  return new ProblemError(422, 'INVALID_LIMITS', `${pointer} ${detail}`, { pointer, detail })
}

/** Lets the control see new limits, and waits as long as the request wants until they hold. */
async function applied(app: FastifyInstance, siteId: string, { wait }: Static<typeof Wait>) {
  app.loadWatch.limited(siteId)
  if (wait !== undefined) return { lowered: await isLowered(app, siteId, Number(wait) * 1000) }
  app.loadManagement.trigger(siteId)
  return {}
}

function addDelete(app: FastifyInstance): void {
  const { database, loadManagement } = app
  app.delete<{ Params: Params }>(
    `${PATH}/limit`,
    {
      config: { scope: 'limits:write', problems: { 404: { ...UNKNOWN, NO_LIMIT: 'no limit is set' } } },
      schema: {
        ...TAGS,
        params: Params,
        operationId: 'deleteCircuitLimit',
        summary: 'Take back the limit of a circuit',
        description: 'The configured limit holds again, without `fallbackLimit`.',
        response: { 204: Type.Null({ description: 'Deleted' }) }
      }
    },
    async ({ params }, reply) => {
      await existing(app, params)
      if (!(await deleteLimit(database.writer, placeOf(params)))) throw noLimit(params)
      loadManagement.trigger(params.id)
      return reply.code(204).send()
    }
  )
}

function addMeasurement(app: FastifyInstance): void {
  const { database, loadManagement } = app
  app.put<{ Params: Params; Body: MeasurementBody }>(
    `${PATH}/measurement`,
    {
      config: {
        scope: 'limits:write',
        problems: {
          404: UNKNOWN,
          409: { OLD_MEASUREMENT: 'a later one is known' },
          422: { INVALID_MEASUREMENT: '`at` is in the future, or what the limits of the circuit need is missing' }
        }
      },
      schema: {
        ...TAGS,
        params: Params,
        body: MeasurementBody,
        operationId: 'putCircuitMeasurement',
        summary: 'Tell what the meter of a circuit measures',
        description:
          'The currents of all phases, the power of all together, or both. Only the latest is kept. Once there was one, `fallbackLimit` holds while the latest is too old.',
        response: { 204: Type.Null({ description: 'Taken' }) }
      }
    },
    async ({ params, body }, reply) => {
      const measurement = measurementOf(body, loadManagement.clock())
      const result = await putMeasurement(database.writer, placeOf(params), measurement)
      if (result === 'unknown') throw unknownCircuit(params)
      if (result === 'old')
        throw new ProblemError(409, 'OLD_MEASUREMENT', 'a later measurement of the circuit is known')
      loadManagement.trigger(params.id)
      return reply.code(204).send()
    }
  )
}

function placeOf({ id, circuit }: Params) {
  return { site_id: id, circuit_id: circuit }
}

function noLimit({ circuit }: Params): ProblemError {
  return new ProblemError(404, 'NO_LIMIT', `no limit is set for ${circuit}`)
}

/** @throws `UNKNOWN_CIRCUIT` */
async function existing({ database }: FastifyInstance, { id, circuit }: Params): Promise<void> {
  const row = await findLoadManagement(database.db, id)
  const { circuits = [] } = row === undefined ? {} : (JSON.parse(row.document) as Partial<LoadManagementBody>)
  if (!circuits.some((one) => one.id === circuit)) throw unknownCircuit({ id, circuit })
}

function unknownCircuit({ id, circuit }: Params): ProblemError {
  return new ProblemError(404, 'UNKNOWN_CIRCUIT', `no circuit ${circuit} in the load management of ${id}`)
}

/** @throws `NO_LIMIT` */
async function shown({ database }: FastifyInstance, params: Params): Promise<CircuitLimitRecord> {
  const { dynamic } = (await readTold(database.db, params.id)).get(params.circuit) ?? {}
  if (dynamic === undefined) throw noLimit(params)
  return toRecord(dynamic)
}

function toRecord({ limit, source, expiresAt }: DynamicLimit): CircuitLimitRecord {
  return { limit, source, expiresAt: toDateTime(expiresAt) }
}

/** Runs the control until nothing is above a limit. */
async function isLowered({ loadManagement }: FastifyInstance, siteId: string, patience: number): Promise<boolean> {
  const end = Date.now() + patience
  // After a run that failed the snapshot is the former one, which does not know of the limit.
  const former = loadManagement.snapshot(siteId)
  for (;;) {
    await loadManagement.run(siteId)
    const snapshot = await loadManagement.seen(siteId)
    const isNew = snapshot !== undefined && snapshot !== former
    if (isNew && overloads(snapshot.result.loads).length === 0) return true
    if (Date.now() >= end) return false
    await new Promise((resolve) => setTimeout(resolve, Math.min(LOOK_MS, Math.max(1, end - Date.now()))))
  }
}

/** Between two looks while a request waits. Milliseconds. */
const LOOK_MS = 250
