import { type Static, Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { toDateTime } from '../../../../lib/date-time.js'
import { invalidCursor, type PageQuery, pageOf, readCursor, readLimit, readTime } from '../../../../lib/http/paging.js'
import { momentParam, PageParams, pageSchema } from '../../../../lib/http/records.js'
import { type AuditFilter, type AuditPosition, type AuditRow, listAudit } from '../../../../lib/operators/audit.js'

const ListQuery = Type.Object(
  {
    ...PageParams,
    operator: Type.Optional(Type.String({ maxLength: 64, description: 'Name of the token' })),
    target: Type.Optional(
      Type.String({
        maxLength: 512,
        description: 'The resource that was changed, e.g. `charge-points/CP-1`, in upper or lower case'
      })
    ),
    from: momentParam('Only changes at this time or later'),
    to: momentParam('Only changes before this time')
  },
  { additionalProperties: false }
)
type ListQuery = Static<typeof ListQuery>

const AuditRecord = Type.Object({
  operator: Type.String({ description: 'Name of the token; `command-line` for `npm run tokens`' }),
  method: Type.String({ description: 'HTTP method, or CLI' }),
  route: Type.String(),
  path: Type.String({ description: 'Path below /api/v1' }),
  target: Type.String({ description: 'The resource that was changed, in lower case' }),
  body: Type.Optional(Type.Unknown({ description: 'Body of the request without secrets; long texts are cut' })),
  remoteAddress: Type.Optional(Type.String()),
  status: Type.Optional(
    Type.Integer({
      examples: [200],
      description: 'HTTP status of the answer; absent when the process ended before it answered'
    })
  ),
  createdAt: Type.String({ format: 'date-time', description: 'When the request was saved, before it was carried out' }),
  completedAt: Type.Optional(Type.String({ format: 'date-time' }))
})

function show(row: AuditRow): Static<typeof AuditRecord> {
  const { operator, method, route, path, target, body, remote_address: remoteAddress, status } = row
  const completedAt = row.completed_at === null ? undefined : toDateTime(row.completed_at)
  return {
    operator,
    method,
    route,
    path,
    target,
    ...(body !== null && { body: JSON.parse(body) as unknown }),
    ...(remoteAddress !== null && { remoteAddress }),
    ...(status !== null && { status }),
    createdAt: toDateTime(row.created_at),
    ...(completedAt !== undefined && { completedAt })
  }
}

function position(query: PageQuery): AuditPosition | undefined {
  const key = readCursor(query)
  if (key === undefined) return undefined
  const [, at, id] = /^(\d{1,15})\.(\d{1,15})$/.exec(key) ?? []
  if (at === undefined || id === undefined) throw invalidCursor()
  return { at: Number(at), id: Number(id) }
}

function time(name: string, text: string | undefined): number | undefined {
  return text === undefined ? undefined : readTime(name, text)
}

function filterOf(query: ListQuery): Omit<AuditFilter, 'limit'> {
  const { operator, target } = query
  const [from, to, before] = [time('from', query.from), time('to', query.to), position(query)]
  return {
    ...(operator !== undefined && { operator }),
    ...(target !== undefined && { target }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(before !== undefined && { before })
  }
}

/** The audit log. */
export default async function audit(app: FastifyInstance): Promise<void> {
  app.get<{ Querystring: ListQuery }>(
    '/',
    {
      config: { scope: 'admin' },
      schema: {
        tags: ['Operators'],
        operationId: 'listAudit',
        querystring: ListQuery,
        response: { 200: pageSchema(AuditRecord) },
        summary: 'List the changes that operators made, newest first',
        description: 'OCPP calls are not in this list: `/calls` shows each of them with its operator.'
      }
    },
    async ({ query }) => {
      const limit = readLimit(query)
      const rows = await listAudit(app.database.heavy, { ...filterOf(query), limit: limit + 1 })
      return pageOf(rows, limit, { show, keyOf: (row) => `${row.created_at}.${row.id}` })
    }
  )
}
