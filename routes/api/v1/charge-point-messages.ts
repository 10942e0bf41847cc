import { type Static, Type } from '@sinclair/typebox'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { MessageTail } from '../../../lib/charge-points/message-tail.js'
import {
  listMessages,
  MESSAGE_CSV,
  type MessageFilter,
  messageLines,
  messagePages,
  showMessage
} from '../../../lib/charge-points/messages.js'
import { prefers } from '../../../lib/http/csv.js'
import { invalidQuery, pageOf, readIdCursor, readLimit, readTime } from '../../../lib/http/paging.js'
import { IdentityParams, MessageRecord, momentParam, oneOf, PageParams, pageSchema } from '../../../lib/http/records.js'
import { UNKNOWN_CHARGE_POINT } from '../../../lib/openapi/problems.js'
import { scopesOfAction, visibleActions } from '../../../lib/operators/action-scopes.js'
import { textLike } from '../../../lib/text-like.js'
import { listsIn, streamCsv } from '../../shared/csv.js'
import { eventStream } from '../../shared/event-stream.js'
import { streamLines } from '../../shared/lines.js'

const TYPES = ['0', '2', '3', '4', '5', '6'] as const
const ROW_ID_RULE = 'must be the id of a message, as the stream sent it'
const ROW_ID = '^\\d{1,15}$'

const Query = Type.Object(
  {
    ...PageParams,
    action: Type.Optional(
      Type.Array(Type.String({ maxLength: 64 }), {
        maxItems: 100,
        description: 'Only messages of these actions, answers included; repeatable'
      })
    ),
    direction: Type.Optional(oneOf(['in', 'out'], 'in: sent by the charge point')),
    messageType: Type.Optional(
      Type.Array(oneOf(TYPES, '2 CALL, 3 CALLRESULT, 4 CALLERROR, 5 CALLRESULTERROR, 6 SEND; 0: none of these'), {
        maxItems: TYPES.length,
        description: 'Repeatable'
      })
    ),
    messageId: Type.Optional(Type.String({ maxLength: 255, description: 'A CALL and its answer have the same' })),
    error: Type.Optional(
      oneOf(['true', 'false'], 'Whether it is a CALLERROR, a CALLRESULTERROR, or no OCPP message at all')
    ),
    q: Type.Optional(
      Type.String({ minLength: 1, maxLength: 256, description: 'Part of payload, action, message id or error code' })
    ),
    from: momentParam('When the back-end received or sent it, at the earliest'),
    to: momentParam('Before this time'),
    format: Type.Optional(
      oneOf(['ndjson', 'csv'], 'The answer is a file with all that match, whatever `limit` and `cursor` say')
    )
  },
  { additionalProperties: false }
)
type Query = Static<typeof Query>

const Headers = Type.Object({
  'last-event-id': Type.Optional(
    textLike(`${ROW_ID}|^$`, ROW_ID_RULE, {
      description: 'Of a stream: `id` of the last message that the client received. Later messages are sent first'
    })
  )
})

const DESCRIPTION = `Secrets are hidden; id tokens are shortened. Empty when the setting MESSAGE_LOG is off. Messages about transactions or id
tokens also need \`transactions:read\` or \`id-tokens:read\`: without that scope the list leaves them out, and asking for them by
\`action\` is answered 403.

With \`Accept: text/event-stream\` the answer is a stream without an end: each message that matches, as soon as it is stored,
with its \`id\` as the id of the event. With \`Last-Event-ID\` it begins after that message; when some of those since then are no
longer kept, an event \`gap\` is sent first. A comment every 15 s shows that the connection is alive. The stream ends when the
token ends.`

const answer = {
  description: 'A page, a file or a stream',
  content: {
    'application/json': { schema: pageSchema(MessageRecord) },
    'application/x-ndjson': { schema: MessageRecord },
    'text/csv': { schema: Type.String({ examples: [`${MESSAGE_CSV.join()}\r\n`] }) },
    'text/event-stream': { schema: MessageRecord }
  }
}

/** Ids are below. */
const NEWEST = Number.MAX_SAFE_INTEGER

interface Messages {
  Params: IdentityParams
  Querystring: Query
  Headers: Static<typeof Headers>
}

/** The log of the OCPP messages of a charge point. */
export default async function chargePointMessages(app: FastifyInstance): Promise<void> {
  const { heavy: db } = app.database
  const tails = new Tails(app)
  // In preClose, after the charge points were disconnected.
  app.addHook('preClose', () => tails.close())
  app.get<Messages>(
    '/charge-points/:identity/messages',
    {
      preValidation: listsIn('action', 'messageType'),
      config: { scope: 'charge-points:read', problems: UNKNOWN_CHARGE_POINT },
      schema: {
        tags: ['ChargePoints'],
        params: IdentityParams,
        querystring: Query,
        headers: Headers,
        response: { 200: answer },
        operationId: 'listMessages',
        summary: 'List the OCPP messages of a charge point, newest first, or follow them',
        description: DESCRIPTION
      }
    },
    async (request, reply) => {
      const { query, params, headers, method } = request
      const filter = await filterOf(app, request, reply)
      if (method === 'GET' && prefers(headers.accept, 'text/event-stream')) return tails.follow(request, reply, filter)
      reply.header('vary', 'Accept')
      const name = `messages-${params.identity}`
      switch (query.format) {
        case 'csv':
          return streamCsv(reply, { name, columns: MESSAGE_CSV, pages: messageLines(db, filter) })
        case 'ndjson':
          return streamLines(reply, { name, pages: messagePages(db, filter), show: showMessage })
      }
      const limit = readLimit(query)
      const page = { before: readIdCursor(query) ?? NEWEST, limit: limit + 1 }
      return pageOf(await listMessages(db, filter, page), limit, { show: showMessage, keyOf: ({ id }) => id })
    }
  )
}

/** The clients that follow the log. */
class Tails {
  readonly #app: FastifyInstance
  readonly #tails = new Set<MessageTail>()

  constructor(app: FastifyInstance) {
    this.#app = app
  }

  async follow(request: FastifyRequest<Messages>, reply: FastifyReply, filter: MessageFilter): Promise<void> {
    const { database, messageLog, log } = this.#app
    const { limit, cursor, format } = request.query
    if (limit ?? cursor ?? format) throw invalidQuery('a stream has no limit, cursor or format')
    const lastId = request.headers['last-event-id'] || undefined
    const stream = eventStream(this.#app, request, reply)
    const tail = new MessageTail(stream, {
      db: database.heavy,
      filter,
      ...(lastId !== undefined && { lastId: Number(lastId) }),
      watch: (listener) => messageLog.watch(filter.chargePointId, listener),
      onCut: (err) => log.warn({ err }, 'closed a stream of messages: the client or the database is too slow')
    })
    this.#tails.add(tail)
    stream.once('close', () => this.#tails.delete(tail))
    await tail.run()
  }

  async close(): Promise<void> {
    await Promise.all([...this.#tails].map((tail) => tail.close()))
  }
}

/** Messages that match the query, as far as the token may see them. */
async function filterOf(
  { scopes, store }: FastifyInstance,
  request: FastifyRequest<Messages>,
  reply: FastifyReply
): Promise<MessageFilter> {
  const { action: actions, messageType, messageId, direction, error, q, from, to } = request.query
  const { id: chargePointId } = await store.require(request.params.identity)
  for (const scope of new Set(actions?.flatMap(scopesOfAction))) scopes.demand(request, reply, scope)
  return {
    chargePointId,
    ...(actions === undefined ? { visible: visibleActions(scopes.mayOf(request)) } : { actions }),
    ...(direction !== undefined && { direction }),
    ...(messageType !== undefined && { messageTypes: messageType.map(Number) }),
    ...(messageId !== undefined && { messageId }),
    ...(error !== undefined && { isError: error === 'true' }),
    ...(q !== undefined && { part: q }),
    ...(from !== undefined && { from: readTime('from', from) }),
    ...(to !== undefined && { to: readTime('to', to) })
  }
}
