import { type Static, Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { EVENT_TYPES, OF_TRANSACTIONS } from '../../../../lib/events/event.js'
import { EventFeed, type Subscription } from '../../../../lib/events/feed.js'
import { EVENT_ID } from '../../../../lib/events/ids.js'
import { fold } from '../../../../lib/events/scope.js'
import { textLike } from '../../../../lib/text-like.js'

/** UTF-16 units of the events that are kept, however many they are. */
const MAX_LENGTH = 32 * 1_048_576

const EventType = Type.Unsafe<(typeof EVENT_TYPES)[number]>({ type: 'string', enum: [...EVENT_TYPES] })

const EVENT_ID_RULE = 'must be the id of an event, as the stream sent it'

const Query = Type.Object(
  {
    chargePoint: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 48 }), {
        description: 'Of these only, whatever their case; repeatable'
      })
    ),
    type: Type.Optional(Type.Array(EventType, { description: 'Of these only; repeatable' })),
    lastEventId: Type.Optional(
      textLike(EVENT_ID, EVENT_ID_RULE, {
        description: 'As the header `Last-Event-ID`, which takes precedence, for clients that cannot send headers'
      })
    )
  },
  { additionalProperties: false }
)

type Query = Static<typeof Query>

const Headers = Type.Object({
  'last-event-id': Type.Optional(
    textLike(`${EVENT_ID}|^$`, EVENT_ID_RULE, {
      description: 'Id of the last event that was seen: what came after it is sent first'
    })
  )
})

const EventRecord = Type.Object({
  id: Type.String({ description: 'Unique; the same for webhooks' }),
  type: EventType,
  chargePoint: Type.String(),
  at: Type.String({ format: 'date-time', description: 'When we heard of it' }),
  data: Type.Unknown({
    description: 'Depends on the type. Secrets are hidden, id tokens shortened without `id-tokens:read`'
  })
})

const OTHERS = EVENT_TYPES.filter((type) => !OF_TRANSACTIONS.has(type))

const DESCRIPTION = `Server-sent events, \`data\` being JSON. It does not end: \`curl -N\`.

After \`Last-Event-ID\` what was missed comes first; when not all of it is there any more, an event \`gap\` with
\`{ lastEventId, oldest }\` comes before it. A comment every 15 s tells that the connection lives. Who does not read is cut off,
and so is whose token is revoked or expires.

\`transaction\` and \`meter-values\` need the scope \`transactions:read\` as well: without it they are left out, and 403 when asked for.
With \`id-tokens:read\` id tokens are whole.`

/** Nothing between us and the reader may keep or collect what it is sent. */
const HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
  connection: 'close'
}

/** What happens, as it happens. */
export default async function events(app: FastifyInstance): Promise<void> {
  const { publisher, config, log, operators } = app
  const feed = new EventFeed({
    ring: { size: config.EVENTS_BUFFER, length: MAX_LENGTH },
    floor: publisher.lastId,
    onCut: () => log.warn('a reader of events was cut off: it did not read')
  })
  publisher.subscribe((event) => feed.add(event))
  // When chargers have been told to come back, so that this is told as well.
  app.addHook('preClose', () => feed.close())

  app.get<{ Querystring: Query; Headers: Static<typeof Headers> }>(
    '/',
    {
      exposeHeadRoute: false,
      preValidation: async (request) => {
        request.query = withLists(request.query)
      },
      config: { scope: 'charge-points:read' },
      schema: {
        tags: ['Events'],
        operationId: 'listenToEvents',
        summary: 'Listen to what happens',
        description: DESCRIPTION,
        querystring: Query,
        headers: Headers,
        response: { 200: { description: 'Events', content: { 'text/event-stream': { schema: EventRecord } } } }
      }
    },
    (request, reply) => {
      const { headers, query } = request
      if (query.type?.some((type) => OF_TRANSACTIONS.has(type))) operators.demand(request, reply, 'transactions:read')
      const types = query.type ?? (operators.may(request, 'transactions:read') ? undefined : OTHERS)
      reply.hijack()
      const { raw } = reply
      // The end of the connection is the end of the answer: without chunks one buffer serves all readers as it is.
      raw.removeHeader('transfer-encoding')
      raw.writeHead(200, { ...(reply.getHeaders() as Record<string, string>), ...HEADERS })
      raw.once(
        'close',
        operators.watch(request, () => raw.destroy())
      )
      const wanted = subscriptionOf({ ...query, ...(types && { type: types }) }, headers['last-event-id'])
      const wholeIdTokens = operators.may(request, 'id-tokens:read')
      feed.open(raw, { ...wanted, filter: { ...wanted.filter, wholeIdTokens } })
    }
  )
}

/** What is given once is a list all the same. */
function withLists(query: object): Query {
  const lists = Object.entries(query).filter(([name]) => name === 'chargePoint' || name === 'type')
  return { ...query, ...Object.fromEntries(lists.map(([name, value]) => [name, [value].flat()])) }
}

function subscriptionOf({ type, chargePoint, lastEventId }: Query, header: string | undefined): Subscription {
  const last = header || lastEventId
  return {
    filter: {
      ...(type !== undefined && { types: new Set(type) }),
      ...(chargePoint !== undefined && { chargePoints: new Set(chargePoint.map(fold)) })
    },
    ...(last !== undefined && { lastEventId: last })
  }
}
