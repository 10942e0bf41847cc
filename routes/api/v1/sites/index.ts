import { type Static, Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { Census, emptyCensus, takeCensus } from '../../../../lib/charge-points/census.js'
import { invalidCursor, pageOf, readCursor, readLimit } from '../../../../lib/http/paging.js'
import { PageParams, pageSchema, withheld } from '../../../../lib/http/records.js'
import type { May } from '../../../../lib/operators/scopes.js'
import { ProblemError } from '../../../../lib/problem-error.js'
import { SiteBody, SiteParams, SiteRecord } from '../../../../lib/sites/records.js'
import {
  deleteSite,
  findSite,
  listSites,
  putSite,
  type SitePosition,
  type SiteRow,
  toSiteRecord
} from '../../../../lib/sites/rows.js'

const include = Type.Optional(
  Type.Unsafe<'counts'>({
    type: 'string',
    enum: ['counts'],
    description: 'counts: how many charge points and connectors there are, and what they do'
  })
)
const ListQuery = Type.Object(
  {
    ...PageParams,
    q: Type.Optional(Type.String({ maxLength: 256, description: 'Part of the id, name, address or notes' })),
    include
  },
  { additionalProperties: false }
)
const ShowQuery = Type.Object({ include }, { additionalProperties: false })
const ShownRecord = Type.Object({
  ...SiteRecord.properties,
  counts: Type.Optional({ ...Census, description: 'With `include=counts` and the scope charge-points:read' }),
  withheld
})
type Include = Static<typeof ShowQuery>['include']

interface OneSite {
  Params: SiteParams
}

const TAGS = { tags: ['Sites'] }
const problems = { 404: { UNKNOWN_SITE: 'no such site' } }

/** Places with charge points. `PUT /charge-points/{identity}` says to which site a charge point belongs. */
export default async function sites(app: FastifyInstance): Promise<void> {
  addList(app)
  addRead(app)
  addPut(app)
  addDelete(app)
}

function addList(app: FastifyInstance): void {
  const { database, scopes } = app
  app.get<{ Querystring: Static<typeof ListQuery> }>(
    '/',
    {
      config: { scope: 'sites:read' },
      schema: {
        ...TAGS,
        querystring: ListQuery,
        operationId: 'listSites',
        summary: 'List the sites, by name',
        response: { 200: pageSchema(ShownRecord) }
      }
    },
    async (request) => {
      const { q: part, include } = request.query
      const limit = readLimit(request.query)
      const behind = positionOf(request.query)
      const page = { limit: limit + 1, ...(part !== undefined && { part }), ...(behind && { behind }) }
      const { items, ...next } = pageOf(await listSites(database.db, page), limit, {
        show: (row) => row,
        keyOf: ({ name_key, site_id }) => JSON.stringify([name_key, site_id])
      })
      return { items: await show(app, items, { include, may: scopes.mayOf(request) }), ...next }
    }
  )
}

function addRead(app: FastifyInstance): void {
  const { scopes } = app
  app.get<OneSite & { Querystring: Static<typeof ShowQuery> }>(
    '/:id',
    {
      config: { scope: 'sites:read', problems },
      schema: {
        ...TAGS,
        params: SiteParams,
        querystring: ShowQuery,
        operationId: 'getSite',
        summary: 'Show a site',
        response: { 200: ShownRecord }
      }
    },
    async (request) => {
      const row = await existing(app, request.params.id)
      const [shown] = await show(app, [row], { include: request.query.include, may: scopes.mayOf(request) })
      return shown
    }
  )
}

function addPut(app: FastifyInstance): void {
  const { writer } = app.database
  app.put<OneSite & { Body: SiteBody }>(
    '/:id',
    {
      config: {
        scope: 'sites:write',
        problems: { 422: { UNKNOWN_TIME_ZONE: 'timeZone is no IANA time zone' } }
      },
      schema: {
        ...TAGS,
        params: SiteParams,
        body: SiteBody,
        operationId: 'putSite',
        summary: 'Create or replace a site',
        description: 'Its charge points stay. What is left out is not known any more.',
        response: { 200: SiteRecord, 201: SiteRecord }
      }
    },
    async ({ params, body }, reply) => {
      const isNew = await putSite(writer, params.id, body)
      return reply.code(isNew ? 201 : 200).send(toSiteRecord(await existing(app, params.id)))
    }
  )
}

function addDelete(app: FastifyInstance): void {
  const { writer } = app.database
  app.delete<OneSite>(
    '/:id',
    {
      config: {
        scope: 'sites:write',
        problems: { ...problems, 409: { LOAD_IS_MANAGED: 'its load management limits charge points' } }
      },
      schema: {
        ...TAGS,
        params: SiteParams,
        operationId: 'deleteSite',
        summary: 'Delete a site',
        description: 'Its charge points stay, without a site.',
        response: { 204: Type.Null({ description: 'Deleted' }) }
      }
    },
    async ({ params }, reply) => {
      if (!(await deleteSite(writer, params.id))) throw unknown(params.id)
      return reply.code(204).send()
    }
  )
}

/** Sites as an operator may see them. */
async function show(
  { database, whereabouts }: FastifyInstance,
  rows: readonly SiteRow[],
  { include, may }: { include: Include; may: May }
): Promise<Static<typeof ShownRecord>[]> {
  const records = rows.map(toSiteRecord)
  if (include === undefined) return records
  if (!may('charge-points:read')) return records.map((record) => ({ ...record, withheld: ['charge-points:read'] }))
  const sites = rows.map(({ site_id }) => site_id)
  const counts = sites.length === 0 ? new Map() : await takeCensus(database.heavy, whereabouts, { sites })
  return records.map((record) => ({ ...record, counts: counts.get(record.id) ?? emptyCensus() }))
}

/** @throws `INVALID_QUERY` */
function positionOf(query: Static<typeof ListQuery>): SitePosition | undefined {
  const cursor = readCursor(query)
  if (cursor === undefined) return undefined
  const [, nameKey, id] = /^\["((?:[^"\\]|\\.)*)","([a-z0-9._-]+)"\]$/.exec(cursor) ?? []
  if (nameKey === undefined || id === undefined) throw invalidCursor()
  return { nameKey: JSON.parse(`"${nameKey}"`), id }
}

/** @throws `UNKNOWN_SITE` */
async function existing({ database }: FastifyInstance, id: string): Promise<SiteRow> {
  const row = await findSite(database.db, id)
  if (row === undefined) throw unknown(id)
  return row
}

function unknown(id: string): ProblemError {
  return new ProblemError(404, 'UNKNOWN_SITE', `no site ${id}`)
}
