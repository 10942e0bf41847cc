import { type TObject, Type } from '@sinclair/typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Cell, toCsv, wantsCsv } from '../../lib/http/csv.js'
import { InvalidQueryError, type PageQuery } from '../../lib/http/paging.js'
import type { Position } from '../../lib/ledger/read.js'

// Lists that are pages of JSON, or tables: by time, with a position as the cursor.

export const CSV = 'As CSV with `Accept: text/csv`; the next page is then in the `Link` header.'

/**
 * A page of such items, or the items as a table with a header line. [RFC 4180]
 *
 * @param others items of pages that hold nothing else
 */
export function pageOrCsv(item: TObject, columns: readonly string[], ...others: readonly TObject[]) {
  const nextCursor = Type.Optional(Type.String({ description: 'Absent on the last page' }))
  const pages = [item, ...others].map((one) => Type.Object({ items: Type.Array(one), nextCursor }))
  const [page = Type.Never()] = pages
  return {
    description: 'A page',
    headers: { Link: { type: 'string', description: 'Of CSV: the next page, `rel="next"`' } },
    content: {
      'application/json': { schema: pages.length === 1 ? page : Type.Union(pages) },
      'text/csv': { schema: Type.String({ examples: [`${columns.join()}\r\n`] }) }
    }
  }
}

export function writePosition({ timestamp, id }: Position): string {
  return `${timestamp}.${id}`
}

/** @throws InvalidQueryError */
export function positionOf({ cursor }: PageQuery): Position | undefined {
  if (cursor === undefined) return undefined
  const [, timestamp, id] = /^(-?\d{1,16})\.(\d{1,16})$/.exec(cursor) ?? []
  if (timestamp === undefined || id === undefined) throw new InvalidQueryError('cursor is not one that a page gave')
  return { timestamp: Number(timestamp), id: Number(id) }
}

interface SendPage<C extends string, R> {
  request: FastifyRequest
  reply: FastifyReply
  columns: readonly C[]
  /** A record as a line of the table. */
  rowOf: (record: R) => Readonly<Partial<Record<C, Cell>>>
  page: { items: readonly R[]; next: string | undefined }
}

/** Answers a page in the form that the request accepts. */
export function sendPage<C extends string, R>({ request, reply, columns, rowOf, page }: SendPage<C, R>) {
  const { items, next } = page
  reply.header('vary', 'Accept')
  if (!wantsCsv(request.headers.accept)) return reply.send({ items, ...(next !== undefined && { nextCursor: next }) })
  if (next !== undefined) reply.header('link', `<${nextUrl(request, next)}>; rel="next"`)
  return reply
    .type('text/csv; charset=utf-8; header=present')
    .serializer(String)
    .send(toCsv(columns, items.map(rowOf)))
}

function nextUrl(request: FastifyRequest, cursor: string): string {
  const [path = '', query = ''] = request.url.split('?')
  const parameters = new URLSearchParams(query)
  parameters.set('cursor', cursor)
  return `${path}?${parameters}`
}
