import { type Static, Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { type PageQuery, readIdCursor, readLimit, readTime } from '../../../../lib/http/paging.js'
import { momentParam, oneOf, PageParams } from '../../../../lib/http/records.js'
import {
  GROUP_COLUMNS,
  GROUPS,
  groupViolations,
  listViolations,
  VIOLATION_COLUMNS,
  type ViolationFilter,
  ViolationGroupRecord,
  ViolationRecord
} from '../../../../lib/violations/list.js'
import { CSV, pageOrCsv, sendPage } from '../../../shared/table.js'

const ListQuery = Type.Object(
  {
    ...PageParams,
    groupBy: Type.Optional(
      oneOf(GROUPS, 'Sums by vendor and model, by charge point or by rule; the most frequent first')
    ),
    chargePoint: Type.Optional(Type.String({ maxLength: 48 })),
    vendor: Type.Optional(Type.String({ maxLength: 255 })),
    model: Type.Optional(Type.String({ maxLength: 255 })),
    action: Type.Optional(Type.String({ maxLength: 64 })),
    refused: Type.Optional(
      Type.Literal('true', { description: 'Only violations whose message or handshake was rejected' })
    ),
    from: momentParam('Only violations that were last seen at this time or later'),
    to: momentParam('Only violations that were last seen before this time')
  },
  { additionalProperties: false }
)
type ListQuery = Static<typeof ListQuery>

/** How charge points break the standard: what their vendor needs to know. */
export default async function violations(app: FastifyInstance): Promise<void> {
  const { heavy } = app.database

  app.get<{ Querystring: ListQuery }>(
    '/',
    {
      config: { scope: 'charge-points:read' },
      schema: {
        tags: ['ChargePoints'],
        operationId: 'listViolations',
        summary: 'List the violations of the standard by charge points',
        description: `Includes messages that were handled in spite of the violation, because the deviation is accepted or because of \`validation: warn\`. With \`groupBy\` all groups are on one page. ${CSV}`,
        querystring: ListQuery,
        response: { 200: pageOrCsv(ViolationRecord, VIOLATION_COLUMNS, ViolationGroupRecord) }
      }
    },
    async (request, reply) => {
      const { query } = request
      const filter = filterOf(query)
      if (query.groupBy !== undefined) {
        const items = await groupViolations(heavy, query.groupBy, filter)
        return sendPage({
          request,
          reply,
          columns: GROUP_COLUMNS,
          rowOf: (record: ViolationGroupRecord) => record,
          page: { items, next: undefined }
        })
      }
      const behind = readIdCursor(query as PageQuery)
      const found = await listViolations(heavy, {
        ...filter,
        limit: filter.limit + 1,
        ...(behind !== undefined && { behind })
      })
      const shown = found.slice(0, filter.limit)
      const last = found.length > filter.limit ? shown.at(-1) : undefined
      return sendPage({
        request,
        reply,
        columns: VIOLATION_COLUMNS,
        rowOf: ({ suggestions, ...cells }: ViolationRecord) => ({ ...cells, suggestions: suggestions.join(' ') }),
        page: {
          items: shown.map(({ record }) => record),
          next: last && Buffer.from(String(last.id)).toString('base64url')
        }
      })
    }
  )
}

function filterOf({
  limit,
  cursor: _cursor,
  groupBy: _groupBy,
  refused,
  from,
  to,
  ...exact
}: ListQuery): ViolationFilter {
  return {
    ...exact,
    limit: readLimit({ ...(limit !== undefined && { limit }) }),
    ...(refused !== undefined && { refused: true }),
    ...(from !== undefined && { from: readTime('from', from) }),
    ...(to !== undefined && { to: readTime('to', to) })
  }
}
