import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Cell, lineOfCsv, toCsv } from '../../lib/http/csv.js'

/** Description of the parameter `format`. */
export const CSV_FORMAT =
  'With `format=csv` the answer is a file of CSV with all that match, whatever `limit` and `cursor` say'

interface Csv<C extends string> {
  /** Name of the file, without its ending. */
  name: string
  columns: readonly C[]
  /** All rows, page by page: a page is read when the client has taken the one before. */
  pages: AsyncIterable<readonly Readonly<Partial<Record<C, Cell>>>[]>
}

/** Answers with all rows of a list as CSV, which a browser saves as a file. [RFC 4180; RFC 6266] */
export function streamCsv<C extends string>(reply: FastifyReply, { name, columns, pages }: Csv<C>) {
  async function* chunks() {
    yield toCsv(columns, [])
    for await (const rows of pages) {
      if (rows.length > 0) yield rows.map((row) => lineOfCsv(columns, row)).join('')
    }
  }
  return reply
    .type('text/csv; charset=utf-8; header=present')
    .header('content-disposition', `attachment; filename="${name}.csv"`)
    .send(Readable.from(chunks()))
}

/** A hook that makes a list of each of these parameters, also when it is given once. */
export function listsIn(...names: readonly string[]) {
  return async (request: FastifyRequest): Promise<void> => {
    const query = request.query as Record<string, unknown>
    for (const name of names) if (query[name] !== undefined) query[name] = [query[name]].flat()
  }
}
