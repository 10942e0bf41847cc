import { type Static, Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { dateTime } from '../../../../lib/database/json.js'
import {
  InvalidQueryError,
  type PageQuery,
  pageOf,
  readCursor,
  readLimit,
  readTime
} from '../../../../lib/http/paging.js'
import { momentParam, PageParams, pageSchema } from '../../../../lib/http/records.js'
import { type AuditFilter, type AuditPosition, type AuditRow, listAudit } from '../../../../lib/operators/audit.js'

const ListQuery = Type.Object(
  {
    ...PageParams,
    operator: Type.Optional(Type.String({ maxLength: 64, description: 'Name of the token' })),
    target: Type.Optional(
      Type.String({ maxLength: 512, description: 'What was changed, e.g. `charge-points/CP-1`, whatever its case' })
    ),
    from: momentParam('Then or later'),
    to: momentParam('Before then')
  },
  { additionalProperties: false }
)
type ListQuery = Static<typeof ListQuery>

const AuditRecord = Type.Object({
  operator: Type.String({ description: 'Name of the token; `command-line` for `npm run tokens`' }),
  method: Type.String({ description: 'Of HTTP, or CLI' }),
  route: Type.String(),
  path: Type.String({ description: 'Below /api/v1' }),
  target: Type.String({ description: 'What was changed, in lower case' }),
  body: Type.Optional(Type.Unknown({ description: 'Without secrets; what is long is cut' })),
  remoteAddress: Type.Optional(Type.String()),
  status: Type.Optional(
    Type.Integer({ examples: [200], description: 'Of the answer; absent when nobody knows how it ended' })
  ),
  createdAt: Type.String({ format: 'date-time', description: 'Before it was done' }),
  completedAt: Type.Optional(Type.String({ format: 'date-time' }))
})

function show(row: AuditRow): Static<typeof AuditRecord> {
  const { operator, method, route, path, target, body, remote_address: remoteAddress, status } = row
  const completedAt = row.completed_at === null ? undefined : dateTime(row.completed_at)
  return {
    operator,
    method,
    route,
    path,
    target,
    ...(body !== null && { body: JSON.parse(body) as unknown }),
    ...(remoteAddress !== null && { remoteAddress }),
    ...(status !== null && { status }),
    createdAt: dateTime(row.created_at) ?? '',
    ...(completedAt !== undefined && { completedAt })
  }
}

function position(query: PageQuery): AuditPosition | undefined {
  const key = readCursor(query)
  if (key === undefined) return undefined
  const [, at, id] = /^(\d{1,15})\.(\d{1,15})$/.exec(key) ?? []
  if (at === undefined || id === undefined) throw new InvalidQueryError('cursor is not one that a page gave')
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

/** What operators changed. */
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
        summary: 'List what operators changed, the latest first',
        description: 'OCPP calls are not among it: every call tells itself who asked.'
      }
    },
    async ({ query }) => {
      const limit = readLimit(query)
      const rows = await listAudit(app.store.db, { ...filterOf(query), limit: limit + 1 })
      return pageOf(rows, limit, { show, keyOf: (row) => `${row.created_at}.${row.id}` })
    }
  )
}
