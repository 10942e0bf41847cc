import { type Static, Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { findTransactionById } from '../../../lib/ledger/read.js'
import { expectedEnergy } from '../../../lib/load-management/forecast.js'
import {
  deleteNeeds,
  NeedsBody,
  NeedsRecord,
  needsIn,
  needsOf,
  ownNeedsOf,
  putNeeds,
  toNeedsRecord
} from '../../../lib/load-management/needs.js'
import { keyOf } from '../../../lib/load-management/plant.js'
import { siteOfTransaction } from '../../../lib/load-management/rows.js'
import { ProblemError } from '../../../lib/problem-error.js'
import { textLike } from '../../../lib/text-like.js'

const Params = Type.Object({ id: textLike('^[1-9]\\d{0,15}$', 'must be a number from 1 on, of at most 16 digits') })
interface OneTransaction {
  Params: Static<typeof Params>
}

const PATH = '/transactions/:id/needs'
const TAGS = { tags: ['Transactions'] }
const UNKNOWN = { UNKNOWN_TRANSACTION: 'no such transaction' }
const NONE = { NO_NEEDS: 'nobody has told what the car needs' }
const NOT_OPEN = { TRANSACTION_NOT_OPEN: 'the transaction has ended, or was closed' }

/** What cars need until when: load management charges them accordingly. */
export default async function transactionNeeds(app: FastifyInstance): Promise<void> {
  addRead(app)
  addPut(app)
  addDelete(app)
}

function addRead(app: FastifyInstance): void {
  app.get<OneTransaction>(
    PATH,
    {
      config: { scope: 'transactions:read', problems: { 404: { ...UNKNOWN, ...NONE } } },
      schema: {
        ...TAGS,
        params: Params,
        response: { 200: NeedsRecord },
        operationId: 'getTransactionNeeds',
        summary: 'Show what the car of a transaction needs'
      }
    },
    ({ params }) => shown(app, Number(params.id))
  )
}

function addPut(app: FastifyInstance): void {
  const { database, loadManagement } = app
  app.put<OneTransaction & { Body: NeedsBody }>(
    PATH,
    {
      config: {
        scope: 'transactions:write',
        problems: {
          404: UNKNOWN,
          409: NOT_OPEN,
          422: { IMPOSSIBLE_NEEDS: 'the departure is not within the next 31 days, or the minimum is above the energy' }
        }
      },
      schema: {
        ...TAGS,
        params: Params,
        body: NeedsBody,
        response: { 200: NeedsRecord },
        operationId: 'putTransactionNeeds',
        summary: 'Tell what the car of a transaction needs, and when it leaves',
        description:
          'Replaces what an operator has told before. Members that are left out are those that the car has told by ISO 15118, else the `chargingNeeds` of the id token, else those of its group. Where load management controls the EVSE, cars that leave soon are charged first.'
      }
    },
    async ({ params, body }) => {
      const id = Number(params.id)
      await existingOpen(app, id)
      const needs = needsIn(body, loadManagement.clock())
      await putNeeds(database.writer, { id, source: 'operator' }, needs)
      await share(app, id)
      return shown(app, id)
    }
  )
}

function addDelete(app: FastifyInstance): void {
  app.delete<OneTransaction>(
    PATH,
    {
      config: { scope: 'transactions:write', problems: { 404: { ...UNKNOWN, ...NONE }, 409: NOT_OPEN } },
      schema: {
        ...TAGS,
        params: Params,
        response: { 204: Type.Null({ description: 'Deleted' }) },
        operationId: 'deleteTransactionNeeds',
        summary: 'Forget what an operator has told of the needs',
        description: 'What the car has told, or its id token or group as a rule, counts again.'
      }
    },
    async ({ params }, reply) => {
      const id = Number(params.id)
      await existingOpen(app, id)
      if (!(await deleteNeeds(app.database.writer, id))) throw noNeeds(id)
      await share(app, id)
      return reply.code(204).send()
    }
  )
}

function noNeeds(id: number): ProblemError {
  return new ProblemError(404, 'NO_NEEDS', `the needs of transaction ${id} are not known`)
}

/** @throws `UNKNOWN_TRANSACTION` */
async function existing({ database }: FastifyInstance, id: number) {
  const found = await findTransactionById(database.db, id, Date.now())
  if (found === undefined) throw new ProblemError(404, 'UNKNOWN_TRANSACTION', `no transaction ${id}`)
  return found
}

/** @throws `UNKNOWN_TRANSACTION`, `TRANSACTION_NOT_OPEN` */
async function existingOpen(app: FastifyInstance, id: number): Promise<void> {
  const { row } = await existing(app, id)
  if (row.status !== 'open') throw new ProblemError(409, 'TRANSACTION_NOT_OPEN', `transaction ${id} is not open`)
}

/** The site shares its power anew. */
async function share({ database, loadManagement }: FastifyInstance, id: number): Promise<void> {
  const place = await siteOfTransaction(database.db, id)
  if (place?.siteId != null) await loadManagement.run(place.siteId)
}

/** @throws `UNKNOWN_TRANSACTION`, `NO_NEEDS` */
async function shown(app: FastifyInstance, id: number): Promise<NeedsRecord> {
  const { database, loadManagement } = app
  const { record, row } = await existing(app, id)
  const { status, id_token: idToken, id_token_type: idTokenType, start_timestamp: startedAt } = row
  const begun = { id, idToken, idTokenType, startedAt: startedAt === null ? null : Number(startedAt) }
  const all = status === 'open' ? await needsOf(database.db, [begun]) : await ownNeedsOf(database.db, [id])
  const known = all.get(id)
  // An EV that asks for a profile need not tell its needs.
  if (known === undefined || Object.keys(known.sources).length === 0) throw noNeeds(id)
  const place = await siteOfTransaction(database.db, id)
  const snapshot = place?.siteId == null ? undefined : await loadManagement.seen(place.siteId)
  const expected = snapshot === undefined || place === undefined ? undefined : expectedEnergy(snapshot, keyOf(place))
  return toNeedsRecord(known, {
    ...(record.energyWh !== undefined && { delivered: record.energyWh }),
    ...(expected !== undefined && { expectedEnergy: Math.round(expected) })
  })
}
