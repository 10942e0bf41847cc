import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'

interface Lines<R> {
  /** Name of the file, without its ending. */
  name: string
  /** All rows, page by page: a page is read when the client has taken the one before. */
  pages: AsyncIterable<readonly R[]>
  show: (row: R) => unknown
}

/** Answers with all rows of a list, a line of JSON each, which a browser saves as a file. [RFC 6266] */
export function streamLines<R>(reply: FastifyReply, { name, pages, show }: Lines<R>) {
  async function* chunks() {
    for await (const rows of pages) {
      if (rows.length > 0) yield rows.map((row) => `${JSON.stringify(show(row))}\n`).join('')
    }
  }
  return reply
    .type('application/x-ndjson')
    .header('content-disposition', `attachment; filename="${name}.ndjson"`)
    .send(Readable.from(chunks()))
}
