import { Type } from '@sinclair/typebox'
import type { Writer } from '../database/writer.js'
import { toDateTime } from '../date-time.js'
import type { Reader } from '../events/scope.js'
import { type Cell, lineOfCsv, toCsv } from '../http/csv.js'
import { fromScaled } from '../money/exact.js'
import { type DatevPolicy, datevHead, datevLines } from './datev.js'
import { exportedReceipts } from './list.js'
import { closeUntil } from './numbers.js'
import type { ReceiptRecord } from './records.js'
import type { ReceiptPolicy } from './seller.js'
import { encodeWindows1252 } from './windows-1252.js'

// Files of receipts for billing systems and accountants.

export const EXPORT_FORMATS = ['csv', 'ndjson', 'datev'] as const
export type ExportFormat = (typeof EXPORT_FORMATS)[number]

export interface ExportRange {
  /** Epoch milliseconds, of the time of issue. */
  from: number
  /** Exclusive. */
  to: number
}

/** All receipts of a range in the order of their issue, page by page: a page is read when the one before was taken. */
async function* pagesOf(db: Reader, { from, to }: ExportRange): AsyncGenerator<ReceiptRecord[]> {
  for (let behind = { issuedAt: from, id: 0 }; ; ) {
    const page = await exportedReceipts(db, { behind, to, limit: AT_ONCE })
    if (page.length > 0) yield page.map(({ record }) => record)
    const last = page.at(-1)
    if (page.length < AT_ONCE || last === undefined) return
    behind = { issuedAt: last.issuedAt, id: last.id }
  }
}

/** Few enough that nobody else waits while they are written. */
const AT_ONCE = 200

/** How many receipts a file has, and the first and the last one. */
export interface Exported {
  receipts: number
  first?: string
  last?: string
}

/** Writes the file piece by piece, and calls back when all was taken. */
export async function* exportFile(
  db: Reader,
  range: ExportRange,
  { format, datev, until = range.to, now, done }: ExportOptions
): AsyncGenerator<string | Buffer> {
  const exported: Exported = { receipts: 0 }
  if (format === 'csv') yield toCsv(CSV_COLUMNS, [])
  if (format === 'datev' && datev !== undefined) yield encodeWindows1252(datevHead(datev, { ...range, now }))
  for await (const page of pagesOf(db, { from: range.from, to: until })) {
    const piece = page.map((record) => textOf(record, format, datev)).join('')
    exported.first ??= page[0]?.number ?? ''
    exported.last = page.at(-1)?.number ?? ''
    exported.receipts += page.length
    yield format === 'datev' ? encodeWindows1252(piece) : piece
  }
  await done(exported)
}

export interface ExportOptions {
  format: ExportFormat
  datev: DatevPolicy | undefined
  /** Epoch milliseconds. Default: the end of the range. */
  until?: number | undefined
  /** Epoch milliseconds. */
  now: number
  done: (exported: Exported) => Promise<void>
}

function textOf(record: ReceiptRecord, format: ExportFormat, datev: DatevPolicy | undefined): string {
  if (format === 'ndjson') return `${JSON.stringify(record)}\n`
  if (format === 'csv') return csvLines(record)
  return datev === undefined ? '' : datevLines(record, datev)
}

/**
 * Checks that all receipts of a range can be exported, before anything is sent.
 *
 * @throws `NOT_EXPORTABLE`
 */
export async function checkDatev(db: Reader, range: ExportRange, policy: DatevPolicy): Promise<void> {
  for await (const page of pagesOf(db, range)) for (const record of page) datevLines(record, policy)
}

export const CSV_COLUMNS = [
  ...(['number', 'kind', 'refersTo', 'issuedAt', 'transaction', 'chargePoint', 'evseId', 'site', 'startedAt'] as const),
  ...(['endedAt', 'energyWh', 'duration', 'currency', 'component', 'net', 'tax', 'total', 'receiptTotal'] as const)
] as const

/** A row for each line of the receipt, with decimals in units of the currency. */
function csvLines(record: ReceiptRecord): string {
  const { number, kind, refersTo, issuedAt, session, currency, minorDigits, totalMinor } = record
  const amount = (minor: number) => fromScaled(BigInt(minor), minorDigits)
  const { id, chargePoint, evseId, site, startedAt, endedAt, energyWh, duration } = session
  const shared = { number, kind, refersTo, issuedAt, transaction: id, chargePoint, evseId, site: site?.name, startedAt }
  return record.lines
    .map(({ component, netMinor, taxMinor, totalMinor: lineTotal }) => {
      const amounts = { net: amount(netMinor), tax: amount(taxMinor), total: amount(lineTotal) }
      const rest = { endedAt, energyWh, duration, currency, component, ...amounts, receiptTotal: amount(totalMinor) }
      const cells: Partial<Record<(typeof CSV_COLUMNS)[number], Cell>> = { ...shared, ...rest }
      return lineOfCsv(CSV_COLUMNS, cells)
    })
    .join('')
}

export const ExportRecord = Type.Object({
  id: Type.Integer(),
  format: Type.String(),
  from: Type.String({ format: 'date-time' }),
  to: Type.String({ format: 'date-time', description: 'Exclusive' }),
  completeUntil: Type.Optional(
    Type.String({
      format: 'date-time',
      description: 'Receipts that were issued from then on are not in it; absent: all are'
    })
  ),
  operator: Type.String(),
  at: Type.String({ format: 'date-time' }),
  receipts: Type.Optional(Type.Integer({ description: 'Absent if not all of it was sent' })),
  firstNumber: Type.Optional(Type.String()),
  lastNumber: Type.Optional(Type.String())
})

interface NewExport extends ExportRange {
  format: ExportFormat
  /** Up to where it is complete, if the range is not over. */
  until: number | undefined
  operator: string
  now: number
}

/**
 * Up to where an export of a range is complete, because later receipts may be on their way; `undefined`: all of it.
 */
export async function completeUntil(
  writer: Pick<Writer, 'write'>,
  { from, to }: ExportRange,
  { policy, now }: { policy: ReceiptPolicy | undefined; now: number }
): Promise<number | undefined> {
  await writer.write((trx) => closeUntil(trx, policy, now))
  return to > now ? Math.max(from, now) : undefined
}

/** Records that a file is taken. Returns its id, and when the same range was taken before. */
export async function beginExport(
  writer: Pick<Writer, 'write'>,
  { format, from, to, until, operator, now }: NewExport
): Promise<{ id: number; earlier: number | undefined }> {
  return writer.write(async (trx) => {
    const earlier = await trx
      .selectFrom('billing_exports')
      .select('completed_at')
      .where('format', '=', format)
      .where('from_at', '=', from)
      .where('to_at', '=', to)
      .where('completed_at', 'is not', null)
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst()
    const { id } = await trx
      .insertInto('billing_exports')
      .values({ format, from_at: from, to_at: to, until_at: until ?? null, operator, created_at: now })
      .returning('id')
      .executeTakeFirstOrThrow()
    return { id, earlier: earlier?.completed_at ?? undefined }
  })
}

export async function completeExport(
  writer: Pick<Writer, 'write'>,
  id: number,
  { exported: { receipts, first, last }, now }: { exported: Exported; now: number }
): Promise<void> {
  const completed = { receipts, first_number: first ?? null, last_number: last ?? null, completed_at: now }
  await writer.write((trx) => trx.updateTable('billing_exports').set(completed).where('id', '=', id).execute())
}

/** The operators who took files, and which, latest first. */
export async function listExports(db: Reader, { before, limit }: { before?: number; limit: number }) {
  let query = db.selectFrom('billing_exports').selectAll().orderBy('id', 'desc').limit(limit)
  if (before !== undefined) query = query.where('id', '<', before)
  return (await query.execute()).map((row) => ({
    id: row.id,
    format: row.format,
    from: toDateTime(row.from_at),
    to: toDateTime(row.to_at),
    ...(row.until_at !== null && { completeUntil: toDateTime(row.until_at) }),
    operator: row.operator,
    at: toDateTime(row.created_at),
    ...(row.receipts !== null && { receipts: row.receipts }),
    ...(row.first_number !== null && { firstNumber: row.first_number }),
    ...(row.last_number !== null && { lastNumber: row.last_number })
  }))
}
