import { type Static, Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import type { Reader } from '../../../../lib/events/scope.js'
import { TariffBody, TariffRecord } from '../../../../lib/ledger/records.js'
import { deleteTariff, findTariff, listTariffs, putTariff } from '../../../../lib/ledger/tariffs.js'
import { ProblemError } from '../../../../lib/problem-error.js'
import { textLike } from '../../../../lib/text-like.js'

const Params = Type.Object({
  id: textLike('^[A-Za-z0-9*\\-_=:+|@.]{1,60}$', 'must be 1 to 60 letters, digits and * - _ = : + | @ .')
})

interface OneTariff {
  Params: Static<typeof Params>
}

const TAGS = { tags: ['Tariffs'] }
const problems = { 404: { UNKNOWN_TARIFF: 'no such tariff' } }

/** Tariffs. The most specific tariff for a charge point and an id token applies. */
export default async function tariffs(app: FastifyInstance): Promise<void> {
  addList(app)
  addRead(app)
  addPut(app)
  addDelete(app)
}

function addList(app: FastifyInstance): void {
  const { db } = app.database
  app.get(
    '/',
    {
      config: { scope: 'transactions:read' },
      schema: {
        ...TAGS,
        operationId: 'listTariffs',
        summary: 'List the tariffs',
        response: { 200: Type.Object({ items: Type.Array(TariffRecord) }) }
      }
    },
    async () => ({ items: await listTariffs(db) })
  )
}

function addRead(app: FastifyInstance): void {
  const { db } = app.database
  app.get<OneTariff>(
    '/:id',
    {
      config: { scope: 'transactions:read', problems },
      schema: {
        ...TAGS,
        params: Params,
        response: { 200: TariffRecord },
        operationId: 'getTariff',
        summary: 'Show a tariff'
      }
    },
    async ({ params }) => existing(db, params.id)
  )
}

function addPut(app: FastifyInstance): void {
  const { db, writer } = app.database
  app.put<OneTariff & { Body: TariffBody }>(
    '/:id',
    {
      config: { scope: 'admin' },
      schema: {
        ...TAGS,
        params: Params,
        body: TariffBody,
        response: { 200: TariffRecord, 201: TariffRecord },
        operationId: 'putTariff',
        summary: 'Create or replace a tariff',
        description:
          'Applies to transactions that begin from now on. A tariff without `chargePoint` and `groupId` is the default.'
      }
    },
    async ({ params, body }, reply) => {
      const isNew = await putTariff(writer, params.id, body)
      return reply.code(isNew ? 201 : 200).send(await existing(db, params.id))
    }
  )
}

function addDelete(app: FastifyInstance): void {
  const { writer } = app.database
  app.delete<OneTariff>(
    '/:id',
    {
      config: { scope: 'admin', problems },
      schema: {
        ...TAGS,
        params: Params,
        response: { 204: Type.Null({ description: 'Deleted' }) },
        operationId: 'deleteTariff',
        summary: 'Delete a tariff',
        description: 'Transactions that have begun keep the tariff.'
      }
    },
    async ({ params }, reply) => {
      if (!(await deleteTariff(writer, params.id))) throw unknown(params.id)
      return reply.code(204).send()
    }
  )
}

/** @throws `UNKNOWN_TARIFF` */
async function existing(db: Reader, id: string): Promise<TariffRecord> {
  const tariff = await findTariff(db, id)
  if (tariff === undefined) throw unknown(id)
  return tariff
}

function unknown(id: string): ProblemError {
  return new ProblemError(404, 'UNKNOWN_TARIFF', `no tariff ${id}`)
}
