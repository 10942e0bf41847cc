import { type Static, Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import type { Cell } from '../../../../lib/http/csv.js'
import { pageOf, readIdCursor, readLimit, readTime } from '../../../../lib/http/paging.js'
import {
  IdTokenBody,
  IdTokenParams,
  IdTokenRecord,
  oneOf,
  PageParams,
  pageSchema
} from '../../../../lib/http/records.js'
import { ID_TOKEN_STATUSES } from '../../../../lib/id-tokens/authorization.js'
import { checkNeeds } from '../../../../lib/id-tokens/charging-needs.js'
import {
  allIdTokens,
  deleteIdToken,
  findIdToken,
  type IdTokenChange,
  type IdTokenRow,
  listIdTokens,
  saveIdToken,
  showIdToken
} from '../../../../lib/id-tokens/rows.js'
import { checkDecimals } from '../../../../lib/ledger/limits.js'
import { ProblemError } from '../../../../lib/problem-error.js'
import { CSV_FORMAT, streamCsv } from '../../../shared/csv.js'

const TAG = { tags: ['IdTokens'] }
const problems = { 404: { UNKNOWN_ID_TOKEN: 'no such id token' } }

const ListQuery = Type.Object(
  {
    ...PageParams,
    q: Type.Optional(Type.String({ maxLength: 255, description: 'Part of the token' })),
    status: Type.Optional(oneOf(ID_TOKEN_STATUSES, 'The stored status: an expired id token may still be Accepted')),
    groupId: Type.Optional(Type.String({ maxLength: 255 })),
    format: Type.Optional(oneOf(['csv'], CSV_FORMAT))
  },
  { additionalProperties: false }
)

type Column = keyof Static<typeof IdTokenRecord>
const ID_TOKEN_COLUMNS = Object.keys(IdTokenRecord.properties) as Column[]
type Line = Readonly<Partial<Record<Column, Cell>>>

const pageOrFile = {
  description: 'A page',
  content: {
    'application/json': { schema: pageSchema(IdTokenRecord) },
    'text/csv': { schema: Type.String({ examples: [`${ID_TOKEN_COLUMNS.join()}\r\n`] }) }
  }
}

/** @throws `INVALID_LIMIT`, `IMPOSSIBLE_NEEDS` */
function changeOf({ expiresAt, ...body }: IdTokenBody): IdTokenChange {
  checkDecimals(body.transactionLimit ?? {}, '/transactionLimit')
  checkNeeds(body.chargingNeeds ?? {}, '/chargingNeeds')
  if (expiresAt === undefined) return body
  return { ...body, expiresAt: expiresAt === null ? null : readTime('expiresAt', expiresAt) }
}

/** Id tokens, and the answers that charge points get about them. */
export default async function idTokens(app: FastifyInstance): Promise<void> {
  addList(app)
  addRead(app)
  addPut(app)
  addDelete(app)
}

function addList(app: FastifyInstance): void {
  const { database } = app
  app.get<{ Querystring: Static<typeof ListQuery> }>(
    '/',
    {
      config: { scope: 'id-tokens:read' },
      schema: {
        ...TAG,
        querystring: ListQuery,
        response: { 200: pageOrFile },
        operationId: 'listIdTokens',
        summary: 'List the id tokens, oldest first'
      }
    },
    async ({ query }, reply) => {
      const { q, status, groupId } = query
      const filter = {
        ...(q !== undefined && { part: q }),
        ...(status !== undefined && { status }),
        ...(groupId !== undefined && { groupId })
      }
      if (query.format === 'csv') {
        const pages = linesOf(allIdTokens(database.heavy, filter))
        return streamCsv(reply, { name: 'id-tokens', columns: ID_TOKEN_COLUMNS, pages })
      }
      const limit = readLimit(query)
      const behind = readIdCursor(query) ?? 0
      const rows = await listIdTokens(database.heavy, { ...filter, behind, limit: limit + 1 })
      return pageOf(rows, limit, { show: showIdToken, keyOf: ({ id }) => id })
    }
  )
}

async function* linesOf(pages: AsyncIterable<readonly IdTokenRow[]>): AsyncGenerator<Line[]> {
  for await (const rows of pages) yield rows.map(lineOf)
}

function lineOf(row: IdTokenRow): Line {
  const { transactionLimit, chargingNeeds, ...others } = showIdToken(row)
  const texts = Object.entries({ transactionLimit, chargingNeeds }).filter(([, value]) => value !== undefined)
  return { ...(others as Line), ...Object.fromEntries(texts.map(([name, value]) => [name, JSON.stringify(value)])) }
}

function addRead(app: FastifyInstance): void {
  const { store } = app
  app.get<{ Params: IdTokenParams }>(
    '/:idToken',
    {
      config: { scope: 'id-tokens:read', problems },
      schema: {
        ...TAG,
        params: IdTokenParams,
        response: { 200: IdTokenRecord },
        operationId: 'getIdToken',
        summary: 'Show an id token'
      }
    },
    async ({ params: { idToken } }) => {
      const row = await findIdToken(store.db, idToken)
      if (row === undefined) throw new ProblemError(404, 'UNKNOWN_ID_TOKEN', `no id token ${idToken}`)
      return showIdToken(row)
    }
  )
}

function addPut(app: FastifyInstance): void {
  const { store } = app
  app.put<{ Params: IdTokenParams; Body: IdTokenBody }>(
    '/:idToken',
    {
      config: {
        scope: 'id-tokens:write',
        problems: {
          422: {
            INVALID_LIMIT: 'a limit has more than six decimals',
            IMPOSSIBLE_NEEDS: 'the minimum energy is above the energy'
          }
        }
      },
      schema: {
        ...TAG,
        params: IdTokenParams,
        body: IdTokenBody,
        response: { 200: IdTokenRecord, 201: IdTokenRecord },
        operationId: 'putIdToken',
        summary: 'Create or change an id token',
        description: 'Members that are left out stay as they are. Upper and lower case make no difference.'
      }
    },
    async ({ params: { idToken }, body }, reply) => {
      const change = changeOf(body)
      const { row, isNew } = await store.write((trx) => saveIdToken({ trx, now: Date.now() }, idToken, change))
      return reply.code(isNew ? 201 : 200).send(showIdToken(row))
    }
  )
}

function addDelete(app: FastifyInstance): void {
  const { store } = app
  app.delete<{ Params: IdTokenParams }>(
    '/:idToken',
    {
      config: { scope: 'id-tokens:write', problems },
      schema: {
        ...TAG,
        params: IdTokenParams,
        response: { 204: Type.Null({ description: 'Deleted' }) },
        operationId: 'deleteIdToken',
        summary: 'Delete an id token'
      }
    },
    async ({ params: { idToken } }, reply) => {
      const isGone = await store.write((trx) => deleteIdToken({ trx }, idToken))
      if (!isGone) throw new ProblemError(404, 'UNKNOWN_ID_TOKEN', `no id token ${idToken}`)
      return reply.code(204).send()
    }
  )
}
