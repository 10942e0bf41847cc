import { Readable } from 'node:stream'
import { type Static, Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { datevPolicyOf } from '../../../lib/billing/datev.js'
import {
  beginExport,
  checkDatev,
  completeExport,
  completeUntil,
  EXPORT_FORMATS,
  type ExportFormat,
  ExportRecord,
  exportFile,
  listExports
} from '../../../lib/billing/export.js'
import { dayOrTime, isOneMonth } from '../../../lib/billing/local-time.js'
import { ReceiptRecord } from '../../../lib/billing/records.js'
import { receiptPolicyOf } from '../../../lib/billing/seller.js'
import { toDateTime } from '../../../lib/date-time.js'
import { invalidQuery, pageOf, readIdCursor, readLimit } from '../../../lib/http/paging.js'
import { momentParam, PageParams } from '../../../lib/http/records.js'
import { ProblemError } from '../../../lib/problem-error.js'

const ExportQuery = Type.Object(
  {
    format: Type.Unsafe<ExportFormat>({ type: 'string', enum: [...EXPORT_FORMATS] }),
    from: momentParam('Issued at or after this time; a date begins by the clock of the seller'),
    to: momentParam('Issued before this time')
  },
  { additionalProperties: false }
)
type ExportQuery = Static<typeof ExportQuery>

const PageQuery = Type.Object(PageParams, { additionalProperties: false })

const TAGS = { tags: ['Billing'] }
const TYPES: Readonly<Record<ExportFormat, string>> = {
  csv: 'text/csv; charset=utf-8; header=present',
  ndjson: 'application/x-ndjson',
  datev: 'text/csv; charset=windows-1252'
}
const EXPORT = `\`csv\`: a row for each line of a receipt. \`ndjson\`: whole receipts. \`datev\`: bookings of one calendar month, EXTF 700. Each
export is recorded; the header \`Earlier-Export\` says when the same range was exported before.`

const EXPORTED = {
  description: 'The file',
  headers: {
    'Earlier-Export': { type: 'string', description: 'When the same range was exported before' },
    'Complete-Until': {
      type: 'string',
      description: 'Receipts that are issued from then on are not in it; absent if the range was over'
    }
  },
  content: {
    'text/csv': { schema: Type.String({ examples: ['number,kind\r\n'] }) },
    'application/x-ndjson': { schema: ReceiptRecord }
  }
}

/** Files of receipts. */
export default async function billingExports(app: FastifyInstance): Promise<void> {
  addExport(app)
  addList(app)
}

function addExport(app: FastifyInstance): void {
  const { database, config } = app
  const { heavy, writer } = database
  const datev = datevPolicyOf(config)
  const policy = receiptPolicyOf(config)
  app.get<{ Querystring: ExportQuery }>(
    '/billing/export',
    {
      config: {
        scope: 'billing:read',
        problems: {
          409: {
            DATEV_OFF: 'the settings for DATEV are missing',
            NOT_EXPORTABLE: 'a receipt cannot be booked with the settings for DATEV'
          }
        }
      },
      schema: {
        ...TAGS,
        querystring: ExportQuery,
        response: { 200: EXPORTED },
        operationId: 'exportReceipts',
        summary: 'Export receipts and credit notes',
        description: EXPORT
      }
    },
    async ({ query, operator }, reply) => {
      const { format } = query
      const range = rangeOf(query, config.SELLER_TIME_ZONE)
      const until = await completeUntil(writer, range, { policy, now: Date.now() })
      if (format === 'datev') {
        const off = () => new ProblemError(409, 'DATEV_OFF', 'DATEV_CONSULTANT and the settings with it are not set')
        if (datev === undefined) throw off()
        await checkDatev(heavy, { ...range, to: until ?? range.to }, datev)
      }
      const { id, earlier } = await beginExport(writer, {
        ...range,
        until,
        format,
        operator: operator?.name ?? '',
        now: Date.now()
      })
      const done = (exported: Parameters<typeof completeExport>[2]['exported']) =>
        completeExport(writer, id, { exported, now: Date.now() })
      if (earlier !== undefined) reply.header('earlier-export', toDateTime(earlier))
      if (until !== undefined) reply.header('complete-until', toDateTime(until))
      return reply
        .type(TYPES[format])
        .header('content-disposition', `attachment; filename="${nameOf(query)}"`)
        .send(
          Readable.from(exportFile(heavy, range, { format, datev, until, now: Date.now(), done }), {
            objectMode: false
          })
        )
    }
  )
}

/** @throws `INVALID_QUERY` */
function rangeOf({ format, from, to }: ExportQuery, timeZone: string) {
  if (from === undefined || to === undefined) throw invalidQuery('from and to must be given')
  const range = { from: dayOrTime('from', from, timeZone), to: dayOrTime('to', to, timeZone) }
  if (range.from >= range.to) throw invalidQuery('from must be before to')
  if (format === 'datev' && !isOneMonth(range, timeZone)) {
    throw invalidQuery('from and to must be within one calendar month, which is the booking period')
  }
  return range
}

/** DATEV takes files whose name begins so. */
function nameOf({ format, from = '', to = '' }: ExportQuery): string {
  const range = `${from}_${to}`.replace(/[^\w-]/g, '-')
  return format === 'datev' ? `EXTF_Buchungsstapel_${range}.csv` : `receipts_${range}.${format}`
}

function addList(app: FastifyInstance): void {
  const { db } = app.database
  app.get<{ Querystring: Static<typeof PageQuery> }>(
    '/billing/exports',
    {
      config: { scope: 'billing:read' },
      schema: {
        ...TAGS,
        querystring: PageQuery,
        response: {
          200: Type.Object({
            items: Type.Array(ExportRecord),
            nextCursor: Type.Optional(Type.String({ description: 'Absent on the last page' }))
          })
        },
        operationId: 'listExports',
        summary: 'List the exports, latest first'
      }
    },
    async ({ query }) => {
      const limit = readLimit(query)
      const before = readIdCursor(query)
      const found = await listExports(db, { limit: limit + 1, ...(before !== undefined && { before }) })
      return pageOf(found, limit, { show: (record) => record, keyOf: ({ id }) => id })
    }
  )
}
