import { type Static, Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import type { Reader } from '../../../../lib/events/scope.js'
import { AnyTariffBody, TariffRecord, TariffVersionRecord } from '../../../../lib/ledger/tariff-records.js'
import { deleteTariff, findTariff, listTariffs, listVersions, putTariff } from '../../../../lib/ledger/tariffs.js'
import type { May } from '../../../../lib/operators/scopes.js'
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

const PUT = `A tariff has prices with conditions, in the words of OCPP 2.1, or the short form: one price for each of energy, time
and session. Another content is a new version, which applies to transactions that begin from now on; those that have begun keep
theirs. The most specific tariff applies: the one with the most members of \`appliesTo\`, then idTokens before groupIds, evseIds,
chargePoints, sites and kinds, then the highest \`priority\`.`

/** Tariffs. The most specific tariff for a transaction applies. */
export default async function tariffs(app: FastifyInstance): Promise<void> {
  addList(app)
  addRead(app)
  addVersions(app)
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
    async (request) => {
      const may = app.scopes.mayOf(request)
      return { items: (await listTariffs(db)).map((record) => shownTo(record, may)) }
    }
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
    async (request) => shownTo(await existing(db, request.params.id), app.scopes.mayOf(request))
  )
}

function addVersions(app: FastifyInstance): void {
  const { db } = app.database
  app.get<OneTariff>(
    '/:id/versions',
    {
      config: { scope: 'transactions:read', problems },
      schema: {
        ...TAGS,
        params: Params,
        response: { 200: Type.Object({ items: Type.Array(TariffVersionRecord) }) },
        operationId: 'listTariffVersions',
        summary: 'List the versions of a tariff, latest first',
        description: 'A version never changes. A transaction keeps the versions that priced it.'
      }
    },
    async ({ params }) => {
      const items = await listVersions(db, params.id)
      if (items.length === 0) throw unknown(params.id)
      return { items }
    }
  )
}

function addPut(app: FastifyInstance): void {
  const { db, writer } = app.database
  app.put<OneTariff & { Body: AnyTariffBody }>(
    '/:id',
    {
      config: {
        scope: 'tariffs:write',
        problems: {
          409: { TARIFF_CONFLICT: 'another tariff would apply equally, see `errors`' },
          422: { INVALID_TARIFF: 'the tariff cannot be used, see `errors`' }
        }
      },
      schema: {
        ...TAGS,
        params: Params,
        body: AnyTariffBody,
        response: { 200: TariffRecord, 201: TariffRecord },
        operationId: 'putTariff',
        summary: 'Create or replace a tariff',
        description: PUT
      }
    },
    async (request, reply) => {
      const { params, body, operator } = request
      const isNew = await putTariff(writer, params.id, body, operator?.name)
      return reply.code(isNew ? 201 : 200).send(shownTo(await existing(db, params.id), app.scopes.mayOf(request)))
    }
  )
}

function addDelete(app: FastifyInstance): void {
  const { writer } = app.database
  app.delete<OneTariff>(
    '/:id',
    {
      config: { scope: 'tariffs:write', problems },
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

/** Id tokens need a scope of their own. */
function shownTo(record: TariffRecord, may: May): TariffRecord {
  const { idTokens, ...appliesTo } = record.appliesTo
  if (idTokens === undefined || may('id-tokens:read')) return record
  return { ...record, appliesTo, withheld: ['id-tokens:read'] }
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
