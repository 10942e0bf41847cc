import { type TObject, Type } from '@sinclair/typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Cell, toCsv, wantsCsv } from '../../lib/http/csv.js'
import { invalidCursor, type PageQuery } from '../../lib/http/paging.js'
import type { Position } from '../../lib/ledger/read.js'

// Lists that are answered as pages of JSON or as CSV. They are sorted by time, and their cursor is a time and an id.

export const CSV = 'With `Accept: text/csv` the answer is CSV, and the URL of the next page is in the `Link` header.'

/**
 * The schema of an answer: a page of items, or the items as CSV with a header line. [RFC 4180]
 *
 * @param others other kinds of items; a page has items of one kind only
 */
export function pageOrCsv(item: TObject, columns: readonly string[], ...others: readonly TObject[]) {
  const nextCursor = Type.Optional(Type.String({ description: 'Absent on the last page' }))
  const total = Type.Optional(
    Type.Integer({ description: 'With `count=true`, where it is: how many match, exact to 10 000; 10 001 for more' })
  )
  const pages = [item, ...others].map((one) => Type.Object({ items: Type.Array(one), nextCursor, total }))
  const [page = Type.Never()] = pages
  return {
    description: 'One page of the list',
    headers: { Link: { type: 'string', description: 'With CSV: the URL of the next page, `rel="next"`' } },
    content: {
      'application/json': { schema: pages.length === 1 ? page : Type.Union(pages) },
      'text/csv': { schema: Type.String({ examples: [`${columns.join()}\r\n`] }) }
    }
  }
}

export function writePosition({ timestamp, id }: Position): string {
  return `${timestamp}.${id}`
}

/** @throws `INVALID_QUERY` */
export function positionOf({ cursor }: PageQuery): Position | undefined {
  if (cursor === undefined) return undefined
  const [, timestamp, id] = /^(-?\d{1,16})\.(\d{1,16})$/.exec(cursor) ?? []
  if (timestamp === undefined || id === undefined) throw invalidCursor()
  return { timestamp: Number(timestamp), id: Number(id) }
}

interface SendPage<C extends string, R> {
  request: FastifyRequest
  reply: FastifyReply
  columns: readonly C[]
  /** The cells of the line for a record. */
  rowOf: (record: R) => Readonly<Partial<Record<C, Cell>>>
  page: { items: readonly R[]; next: string | undefined; total?: number }
}

/** Answers with a page as JSON or CSV, as the request accepts. */
export function sendPage<C extends string, R>({ request, reply, columns, rowOf, page }: SendPage<C, R>) {
  const { items, next, total } = page
  reply.header('vary', 'Accept')
  if (!wantsCsv(request.headers.accept)) {
    return reply.send({ items, ...(next !== undefined && { nextCursor: next }), ...(total !== undefined && { total }) })
  }
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
