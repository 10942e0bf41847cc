import { type Static, Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { toDateTime } from '../../../lib/date-time.js'
import { invalidQuery, pageOf, readIdCursor, readLimit, readTime } from '../../../lib/http/paging.js'
import { momentParam, PageParams } from '../../../lib/http/records.js'
import {
  checkConfiguration,
  deleteLoadManagement,
  putLoadManagement,
  siteToChange
} from '../../../lib/load-management/configuration.js'
import { EVSE_IN_USE, ForceParams } from '../../../lib/load-management/force.js'
import { limitsIn, PlanBody, PlanRecord, toPlanRecord } from '../../../lib/load-management/plan.js'
import { LoadManagementBody } from '../../../lib/load-management/plant.js'
import {
  HISTORY_COLUMNS,
  HistoryRecord,
  LoadManagementRecord,
  StateRecord,
  toHistoryRecord,
  toStateRecord
} from '../../../lib/load-management/records.js'
import { findLoadManagement, type LoadManagementRow, listHistory } from '../../../lib/load-management/rows.js'
import { ProblemError } from '../../../lib/problem-error.js'
import { SiteParams } from '../../../lib/sites/records.js'
import { findSite } from '../../../lib/sites/rows.js'
import { CSV, pageOrCsv, sendPage } from '../../shared/table.js'

const PATH = '/sites/:id/load-management'
const TAGS = { tags: ['Sites'] }
const UNKNOWN_SITE = { UNKNOWN_SITE: 'no such site' }
const problems = { 404: { ...UNKNOWN_SITE, NO_LOAD_MANAGEMENT: 'the load of the site is not managed' } }

interface OneSite {
  Params: SiteParams
}

/** How a site shares its power among its charge points. */
export default async function loadManagement(app: FastifyInstance): Promise<void> {
  addRead(app)
  addPut(app)
  addDelete(app)
  addState(app)
  addHistory(app)
  addPlan(app)
}

function toRecord({ document, created_at, updated_at }: LoadManagementRow): Static<typeof LoadManagementRecord> {
  return {
    ...(JSON.parse(document) as LoadManagementBody),
    createdAt: toDateTime(Number(created_at)),
    updatedAt: toDateTime(Number(updated_at))
  }
}

function addRead(app: FastifyInstance): void {
  app.get<OneSite>(
    PATH,
    {
      config: { scope: 'sites:read', problems },
      schema: {
        ...TAGS,
        params: SiteParams,
        operationId: 'getLoadManagement',
        summary: 'Show how a site shares its power',
        response: { 200: LoadManagementRecord }
      }
    },
    async ({ params }) => toRecord(await existing(app, params.id))
  )
}

function addPut(app: FastifyInstance): void {
  const { database, loadManagement } = app
  app.put<OneSite & { Body: LoadManagementBody; Querystring: Static<typeof ForceParams> }>(
    PATH,
    {
      config: {
        scope: 'sites:write',
        problems: {
          404: UNKNOWN_SITE,
          409: { EVSE_IN_USE },
          422: {
            INVALID_LOAD_MANAGEMENT:
              'a circuit leads nowhere or back to itself, an EVSE is unknown or assigned twice, or the fallbacks do not fit'
          }
        }
      },
      schema: {
        ...TAGS,
        params: SiteParams,
        body: LoadManagementBody,
        querystring: ForceParams,
        operationId: 'putLoadManagement',
        summary: 'Configure how a site shares its power',
        description:
          'Replaces the whole configuration. With the mode `control` each EVSE first gets its fallback; until it is accepted, its maximum is reserved.',
        response: { 200: LoadManagementRecord, 201: LoadManagementRecord }
      }
    },
    async ({ params, body, query }, reply) => {
      await existingSite(app, params.id)
      const releasing = query.force === 'true' ? undefined : await loadManagement.releasing(params.id)
      const site = { ...(await siteToChange(app.traits, params.id)), releasing }
      const isNew = await putLoadManagement(database.writer, site, body)
      loadManagement.configured(params.id)
      return reply.code(isNew ? 201 : 200).send(toRecord(await existing(app, params.id)))
    }
  )
}

function addDelete(app: FastifyInstance): void {
  const { database, loadManagement } = app
  app.delete<OneSite>(
    PATH,
    {
      config: {
        scope: 'sites:write',
        problems: { ...problems, 409: { LOAD_IS_MANAGED: 'the mode is control: set it to off first' } }
      },
      schema: {
        ...TAGS,
        params: SiteParams,
        operationId: 'deleteLoadManagement',
        summary: 'Delete the configuration of load management',
        response: { 204: Type.Null({ description: 'Deleted' }) }
      }
    },
    async ({ params }, reply) => {
      const { mode } = await existing(app, params.id)
      if (mode === 'control') throw new ProblemError(409, 'LOAD_IS_MANAGED', 'set the mode to off first')
      await deleteLoadManagement(database.writer, params.id)
      loadManagement.configured(params.id)
      return reply.code(204).send()
    }
  )
}

function addState(app: FastifyInstance): void {
  app.get<OneSite>(
    `${PATH}/state`,
    {
      config: { scope: 'sites:read', problems },
      schema: {
        ...TAGS,
        params: SiteParams,
        operationId: 'getLoadState',
        summary: 'Show limits, loads and what each EVSE gets',
        description:
          'As of the last calculation. A node that does not control the site shows what the one that does has saved: what is measured may be up to 5 minutes old there.',
        response: { 200: StateRecord }
      }
    },
    async ({ params }) => {
      const { mode } = await existing(app, params.id)
      return toStateRecord(mode, mode === 'off' ? undefined : await app.loadManagement.seen(params.id))
    }
  )
}

const HistoryQuery = Type.Object(
  { ...PageParams, from: momentParam('At the earliest'), to: momentParam('Before this time') },
  { additionalProperties: false }
)
type HistoryQuery = Static<typeof HistoryQuery>

function addHistory(app: FastifyInstance): void {
  app.get<OneSite & { Querystring: HistoryQuery }>(
    `${PATH}/history`,
    {
      config: { scope: 'sites:read', problems: { 404: UNKNOWN_SITE } },
      schema: {
        ...TAGS,
        params: SiteParams,
        querystring: HistoryQuery,
        operationId: 'listAllocations',
        summary: 'List what was sent to EVSEs, newest first',
        description: `Changes only: renewals of the same limit are not listed. Kept for 30 days. ${CSV}`,
        response: { 200: pageOrCsv(HistoryRecord, HISTORY_COLUMNS) }
      }
    },
    async (request, reply) => {
      const { params, query } = request
      await existingSite(app, params.id)
      const limit = readLimit(query)
      const page = { limit: limit + 1, before: readIdCursor(query) }
      const rows = await listHistory(app.database.db, { siteId: params.id, ...rangeOf(query) }, page)
      const { items, nextCursor: next } = pageOf(rows, limit, { show: toHistoryRecord, keyOf: ({ id }) => id })
      const columns = HISTORY_COLUMNS
      return sendPage({ request, reply, columns, rowOf: (record) => record, page: { items, next } })
    }
  )
}

/** @throws `INVALID_QUERY` */
function rangeOf(query: HistoryQuery): { from: number | undefined; to: number | undefined } {
  const at = (name: 'from' | 'to') => (query[name] === undefined ? undefined : readTime(name, query[name]))
  const [from, to] = [at('from'), at('to')]
  if (from !== undefined && to !== undefined && from >= to) throw invalidQuery('from must be before to')
  return { from, to }
}

function addPlan(app: FastifyInstance): void {
  const { loadManagement } = app
  app.post<OneSite & { Body: PlanBody }>(
    `${PATH}/plan`,
    {
      config: {
        scope: 'sites:read',
        problems: {
          ...problems,
          422: {
            INVALID_PLAN: 'the circuit of a limit is unknown, or is named twice',
            INVALID_LOAD_MANAGEMENT: 'the configuration would be refused'
          }
        }
      },
      schema: {
        ...TAGS,
        params: SiteParams,
        body: PlanBody,
        operationId: 'planLoad',
        summary: 'Show what EVSEs would get with other limits or another configuration',
        description:
          'Calculates with what is known of the site now. Nothing is stored and nothing is sent. `reserved` and `overloads` are those of the moment: what has to be lowered has not been lowered yet.',
        response: { 200: PlanRecord }
      }
    },
    async ({ params: { id }, body }) => {
      const { document } = await existing(app, id)
      const { configuration } = body
      if (configuration !== undefined) {
        const checked = { body: configuration, place: '/configuration' }
        await checkConfiguration(app.database.db, await siteToChange(app.traits, id), checked)
      }
      const limits = limitsIn(body, configuration ?? (JSON.parse(document) as LoadManagementBody))
      const snapshot = await loadManagement.plan(id, { configuration, limits })
      if (snapshot === undefined) throw notManaged(id)
      return toPlanRecord(snapshot)
    }
  )
}

/** @throws `UNKNOWN_SITE` */
async function existingSite({ database }: FastifyInstance, id: string): Promise<void> {
  if ((await findSite(database.db, id)) === undefined) throw new ProblemError(404, 'UNKNOWN_SITE', `no site ${id}`)
}

/** @throws `UNKNOWN_SITE`, `NO_LOAD_MANAGEMENT` */
async function existing(app: FastifyInstance, id: string): Promise<LoadManagementRow> {
  await existingSite(app, id)
  const row = await findLoadManagement(app.database.db, id)
  if (row === undefined) throw notManaged(id)
  return row
}

function notManaged(id: string): ProblemError {
  return new ProblemError(404, 'NO_LOAD_MANAGEMENT', `the load of ${id} is not managed`)
}
