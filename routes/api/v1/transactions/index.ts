import { type Static, Type } from '@sinclair/typebox'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { SHOWN_STATES } from '../../../../lib/charge-points/connector-state.js'
import { isInState, PresentTransactionRecord, withPresent } from '../../../../lib/charge-points/open-transactions.js'
import type { Reader } from '../../../../lib/events/scope.js'
import type { Cell } from '../../../../lib/http/csv.js'
import { invalidQuery, readLimit, readTime } from '../../../../lib/http/paging.js'
import { momentParam, oneOf, PageParams } from '../../../../lib/http/records.js'
import {
  countTransactions,
  eventsOf,
  findTransactionById,
  listTransactions,
  meterValuesOf,
  TRANSACTION_ORDERS,
  type TransactionFilter,
  type TransactionOrder,
  toMeterValueRecord
} from '../../../../lib/ledger/read.js'
import {
  METER_VALUE_COLUMNS,
  MeterValueRecord,
  TransactionEventRecord,
  type TransactionRecord,
  UnassignedRecord
} from '../../../../lib/ledger/records.js'
import { listUnassigned, type UnassignedFilter } from '../../../../lib/ledger/unassigned.js'
import { ProblemError } from '../../../../lib/problem-error.js'
import { textLike } from '../../../../lib/text-like.js'
import { CSV_FORMAT, listsIn, streamCsv } from '../../../shared/csv.js'
import { CSV, pageOrCsv, positionOf, sendPage, writePosition } from '../../../shared/table.js'

function number(description: string) {
  return textLike('^\\d{1,10}$', 'must be a number of at most 10 digits', { description })
}

const ListQuery = Type.Object(
  {
    chargePoint: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 48 }), {
        minItems: 1,
        maxItems: 100,
        description: 'Only transactions of these charge points; repeatable'
      })
    ),
    site: Type.Optional(
      Type.String({ maxLength: 64, description: 'The id of the site where the charge point is now' })
    ),
    state: Type.Optional(
      oneOf(SHOWN_STATES, 'Only open transactions whose connector is in this state, in the words for all versions')
    ),
    count: Type.Optional(oneOf(['true', 'false'], 'Whether `total` is told')),
    format: Type.Optional(oneOf(['csv'], CSV_FORMAT)),
    idToken: Type.Optional(Type.String({ maxLength: 255 })),
    groupId: Type.Optional(
      Type.String({ maxLength: 255, description: 'The group of the id token when the transaction started' })
    ),
    transactionId: Type.Optional(Type.String({ maxLength: 36, description: 'The id that the charge point uses' })),
    remoteStartId: Type.Optional(number('The remoteStartId of the remote start; OCPP 2.x only')),
    evseId: Type.Optional(number('EVSE; OCPP 2.x only')),
    connectorId: Type.Optional(number('Connector of the EVSE; in OCPP 1.6 of the charge point')),
    stopReason: Type.Optional(Type.String({ maxLength: 64, description: 'E.g. PowerLoss' })),
    status: Type.Optional(
      oneOf(
        ['open', 'ended', 'closed', 'unassigned'],
        'ended: by the charge point or by the back-end; closed: by the back-end, because the end was never reported; unassigned: ends that belong to no transaction, sorted by the time of receipt, newest first, with the filters `chargePoint`, `transactionId`, `from` and `to` only'
      )
    ),
    from: momentParam('At or after this time; compares the time that the list is sorted by'),
    to: momentParam('Before this time'),
    sort: Type.Optional(
      Type.Unsafe<TransactionOrder>({
        type: 'string',
        enum: [...TRANSACTION_ORDERS],
        description:
          'Default: -startedAt, newest first. Times are those of the charge point, or the time of receipt if its clock is ahead'
      })
    ),
    ...PageParams
  },
  { additionalProperties: false }
)
type ListQuery = Static<typeof ListQuery>

const PageQuery = Type.Object(PageParams, { additionalProperties: false })
type PageQuery = Static<typeof PageQuery>

const Params = Type.Object({ id: textLike('^[1-9]\\d{0,15}$', 'must be a number from 1 on, of at most 16 digits') })

interface OneTransaction {
  Params: Static<typeof Params>
}

const TAGS = { tags: ['Transactions'] }
const READ_ONE = {
  scope: 'transactions:read',
  problems: { 404: { UNKNOWN_TRANSACTION: 'no such transaction' } }
} as const
/** Transactions of all versions of OCPP, and their meter values. */
export default async function transactions(app: FastifyInstance): Promise<void> {
  addList(app)
  addRead(app)
  addMeterValues(app)
}

function addList(app: FastifyInstance): void {
  const { db, heavy } = app.database
  app.get<{ Querystring: ListQuery }>(
    '/',
    {
      config: { scope: 'transactions:read' },
      preValidation: listsIn('chargePoint'),
      schema: {
        ...TAGS,
        querystring: ListQuery,
        response: {
          200: pageOrCsv(PresentTransactionRecord, TRANSACTION_COLUMNS, UnassignedRecord)
        },
        operationId: 'listTransactions',
        summary: 'List the transactions, newest first',
        description: `${CSV} ${CSV_FORMAT}.`
      }
    },
    async (request, reply) => {
      const { query } = request
      if (query.status === 'unassigned') return sendUnassigned(heavy, request, reply)
      const filter = filterOf(query)
      if (query.format === 'csv') {
        const { behind: _, ...whole } = filter
        const lines = transactionLines(heavy, whole)
        return streamCsv(reply, { name: 'transactions', columns: TRANSACTION_COLUMNS, pages: lines })
      }
      const reader = isBounded(query) ? db : heavy
      const found = await listTransactions(reader, { ...filter, limit: filter.limit + 1 }, Date.now())
      const last = found.length > filter.limit ? found[filter.limit - 1]?.position : undefined
      const items = await withPresent(reader, found.slice(0, filter.limit))
      const total = query.count === 'true' ? await countTransactions(heavy, filter) : undefined
      const page = { items, next: last && writePosition(last), ...(total !== undefined && { total }) }
      return sendPage({ request, reply, columns: TRANSACTION_COLUMNS, rowOf: billed, page })
    }
  )
}

/** Transactions in one read of a whole list. */
const AT_ONCE = 500

/** All transactions that match, page by page. */
async function* transactionLines(db: Reader, filter: TransactionFilter) {
  for (let { behind } = filter; ; ) {
    const found = await listTransactions(db, { ...filter, limit: AT_ONCE, ...(behind && { behind }) }, Date.now())
    yield found.map(({ record }) => billed(record))
    if (found.length < AT_ONCE) return
    behind = found.at(-1)?.position
  }
}

function addRead(app: FastifyInstance): void {
  const { db } = app.database
  app.get<OneTransaction>(
    '/:id',
    {
      config: READ_ONE,
      schema: {
        ...TAGS,
        params: Params,
        response: {
          200: Type.Intersect([PresentTransactionRecord, Type.Object({ events: Type.Array(TransactionEventRecord) })])
        },
        operationId: 'getTransaction',
        summary: 'Show a transaction and its events'
      }
    },
    async ({ params }) => {
      const found = await existing(db, params.id)
      const [record] = await withPresent(db, [found])
      return { ...record, events: await eventsOf(db, found.row) }
    }
  )
}

function addMeterValues(app: FastifyInstance): void {
  const { db, heavy } = app.database
  app.get<OneTransaction & { Querystring: PageQuery }>(
    '/:id/meter-values',
    {
      config: READ_ONE,
      schema: {
        ...TAGS,
        params: Params,
        querystring: PageQuery,
        response: {
          200: pageOrCsv(MeterValueRecord, METER_VALUE_COLUMNS)
        },
        operationId: 'listTransactionMeterValues',
        summary: 'List the meter values of a transaction, oldest first',
        description: CSV
      }
    },
    async (request, reply) => {
      const { row } = await existing(db, request.params.id)
      const limit = readLimit(request.query)
      const rows = await meterValuesOf(heavy, row, { limit: limit + 1, behind: positionOf(request.query) })
      const last = rows.length > limit ? rows[limit - 1] : undefined
      const page = { items: rows.slice(0, limit).map(toMeterValueRecord), next: last && writePosition(last) }
      return sendPage({ request, reply, columns: METER_VALUE_COLUMNS, rowOf: (record) => record, page })
    }
  )
}

/** Whether an index finds the page: no more rows are read than are shown. */
function isBounded({ limit: _limit, cursor: _cursor, chargePoint, from: _from, to: _to, sort, ...others }: ListQuery) {
  return (
    Object.keys(others).length === 0 &&
    (chargePoint ?? []).length < 2 &&
    (sort === undefined || sort.endsWith('startedAt'))
  )
}

async function sendUnassigned(db: Reader, request: FastifyRequest<{ Querystring: ListQuery }>, reply: FastifyReply) {
  const limit = readLimit(request.query)
  const found = await listUnassigned(db, { ...unassignedFilterOf(request.query), limit: limit + 1 })
  const last = found.length > limit ? found[limit - 1]?.position : undefined
  const items = found.slice(0, limit).map(({ record }) => record)
  const page = { items, next: last && writePosition(last) }
  return sendPage({ request, reply, columns: UNASSIGNED_COLUMNS, rowOf: ({ request: _, ...cells }) => cells, page })
}

/** @throws `UNKNOWN_TRANSACTION` */
async function existing(db: Reader, id: string) {
  const found = await findTransactionById(db, Number(id), Date.now())
  if (found === undefined) throw new ProblemError(404, 'UNKNOWN_TRANSACTION', `no transaction ${id}`)
  return found
}

function filterOf(query: ListQuery): TransactionFilter {
  const { status, remoteStartId, evseId, connectorId, from, to, sort, limit, cursor, ...others } = query
  const { chargePoint, state, count: _count, format: _format, ...rest } = others
  const [one, ...more] = chargePoint ?? []
  const behind = positionOf(query)
  return {
    ...rest,
    ...(one !== undefined && { chargePoint: more.length === 0 ? one : [one, ...more] }),
    // The index of open transactions does not know the condition.
    ...(state !== undefined && { condition: isInState(state) }),
    order: sort ?? '-startedAt',
    limit: readLimit(query),
    ...(state !== undefined && { status: 'open' as const }),
    ...(status !== undefined && status !== 'unassigned' && { status }),
    ...(remoteStartId !== undefined && { remoteStartId: Number(remoteStartId) }),
    ...(evseId !== undefined && { evseId: Number(evseId) }),
    ...(connectorId !== undefined && { connectorId: Number(connectorId) }),
    ...(from !== undefined && { from: readTime('from', from) }),
    ...(to !== undefined && { to: readTime('to', to) }),
    ...(behind !== undefined && { behind })
  }
}

/** @throws `INVALID_QUERY` */
function unassignedFilterOf(query: ListQuery): Omit<UnassignedFilter, 'limit'> {
  const { chargePoint, transactionId, from, to, status: _status, limit: _limit, cursor: _cursor, ...others } = query
  const [unknown] = Object.keys(others)
  const [one, ...more] = chargePoint ?? []
  if (more.length > 0) throw invalidQuery('unassigned ends can be filtered by one chargePoint only')
  if (unknown !== undefined) throw invalidQuery(`unassigned ends cannot be filtered or sorted by ${unknown}`)
  const behind = positionOf(query)
  return {
    ...(one !== undefined && { chargePoint: one }),
    ...(transactionId !== undefined && { transactionId }),
    ...(from !== undefined && { from: readTime('from', from) }),
    ...(to !== undefined && { to: readTime('to', to) }),
    ...(behind !== undefined && { behind })
  }
}

const UNASSIGNED_COLUMNS = [
  'chargePoint',
  'status',
  'transactionId',
  'stopIdToken',
  'endedAt',
  'receivedAt',
  'meterStop',
  'stopReason'
] as const satisfies readonly (keyof UnassignedRecord)[]

const TRANSACTION_COLUMNS = [
  'id',
  'chargePoint',
  'transactionId',
  'protocol',
  'status',
  'evseId',
  'connectorId',
  'idToken',
  'idTokenType',
  'stopIdToken',
  'startedAt',
  'receivedAt',
  'endedAt',
  'endReceivedAt',
  'meterStart',
  'meterStop',
  'energyWh',
  'duration',
  'stopReason',
  'closedReason',
  'offline',
  'complete',
  'tariffId',
  'cost',
  'currency',
  'costUnknown',
  'calculatedBy',
  'taxIncluded',
  'net',
  'tax',
  'taxRate',
  'sessionNet',
  'energyNet',
  'timeNet',
  'pricePerSession',
  'pricePerKwh',
  'pricePerHour'
] as const

/** A transaction as one line of CSV, with its tariff and the net amount of each price. */
function billed(record: TransactionRecord) {
  const { tariff, costDetails, missingSeqNos, ...cells } = record
  const netOf = (component: string) => costDetails?.components?.find((one) => one.component === component)?.net
  const row: Partial<Record<(typeof TRANSACTION_COLUMNS)[number], Cell>> = {
    ...cells,
    calculatedBy: costDetails?.calculatedBy,
    taxIncluded: costDetails?.taxIncluded,
    net: costDetails?.net,
    tax: costDetails?.tax,
    taxRate: tariff?.tax,
    sessionNet: netOf('session'),
    energyNet: netOf('energy'),
    timeNet: netOf('time'),
    pricePerSession: tariff?.pricePerSession,
    pricePerKwh: tariff?.pricePerKwh,
    pricePerHour: tariff?.pricePerHour
  }
  return row
}
