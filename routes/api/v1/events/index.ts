import { type Static, Type } from '@sinclair/typebox'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { EVENT_TYPES, scopeOfEvents } from '../../../../lib/events/event.js'
import { EventFeed } from '../../../../lib/events/feed.js'
import type { EventFilter } from '../../../../lib/events/filter.js'
import { EVENT_ID } from '../../../../lib/events/ids.js'
import { fold } from '../../../../lib/events/scope.js'
import { readLimit } from '../../../../lib/http/paging.js'
import { PageParams } from '../../../../lib/http/records.js'
import { textLike } from '../../../../lib/text-like.js'
import { eventStream } from '../../../shared/event-stream.js'

/** Maximum length of all events in the ring buffer, in UTF-16 units. */
const MAX_LENGTH = 32 * 1_048_576

/** By how much the orders of events of several nodes may differ, in milliseconds: a slower bus is a gap. */
const OVERLAP_MS = 5_000

const EventType = Type.Unsafe<(typeof EVENT_TYPES)[number]>({ type: 'string', enum: [...EVENT_TYPES] })

const EVENT_ID_RULE = 'must be the id of an event, as the stream sent it'

const FILTER = {
  chargePoint: Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: 48 }), {
      description: 'Only events of these charge points, in upper or lower case; repeatable'
    })
  ),
  type: Type.Optional(Type.Array(EventType, { description: 'Only events of these types; repeatable' }))
}

const Query = Type.Object(
  {
    ...FILTER,
    lastEventId: Type.Optional(
      textLike(EVENT_ID, EVENT_ID_RULE, {
        description: 'As the header `Last-Event-ID`, which takes precedence, for clients that cannot send headers'
      })
    )
  },
  { additionalProperties: false }
)

type Query = Static<typeof Query>

const LatestQuery = Type.Object(
  {
    ...FILTER,
    limit: PageParams.limit
  },
  { additionalProperties: false }
)

const Headers = Type.Object({
  'last-event-id': Type.Optional(
    textLike(`${EVENT_ID}|^$`, EVENT_ID_RULE, {
      description: 'Id of the last event that the client received: later events are sent first'
    })
  )
})

const EventRecord = Type.Object({
  id: Type.String({ description: 'Unique. Webhooks get the same id' }),
  type: EventType,
  chargePoint: Type.Optional(Type.String({ description: 'Absent if the event concerns no charge point' })),
  at: Type.String({ format: 'date-time', description: 'When the back-end received it' }),
  data: Type.Unknown({
    description: 'Depends on the type. Secrets are hidden; id tokens are shortened without `id-tokens:read`'
  })
})

const DESCRIPTION = `A stream of server-sent events with JSON as \`data\`. It has no end: use \`curl -N\`.

With \`Last-Event-ID\` the events since then are sent first. When some of them are no longer kept, an event \`gap\` with
\`{ lastEventId, oldest }\` is sent before them. A comment every 15 s shows that the connection is alive. The back-end closes
the connection of a client that does not read, and when the token is revoked or expires.

\`transaction\`, \`meter-values\` and \`remote-start\` also need the scope \`transactions:read\`, and \`change\` needs \`admin\`:
without it they are left out, and asking for them is answered 403. With \`id-tokens:read\` id tokens are shown in full.`

const LATEST = `Of those in memory, at most \`EVENTS_BUFFER\`, since the start of this process: for whoever begins to listen and wants to see what
happened shortly before. Scopes are as for the stream.`

/** The event stream. */
export default async function eventStreams(app: FastifyInstance): Promise<void> {
  const { publisher, events, config, log } = app
  const feed = new EventFeed({
    ring: { size: config.EVENTS_BUFFER, length: MAX_LENGTH },
    floor: publisher.lastId,
    ...(events.isJoined && { overlap: OVERLAP_MS }),
    onCut: () => log.warn('closed an event stream: the client did not read')
  })
  events.subscribe((event) => feed.add(event))
  events.onGap(() => feed.miss(publisher.mark()))
  // In preClose, after the charge points were disconnected, so that their `disconnect` events are still sent.
  app.addHook('preClose', () => feed.close())

  app.get<{ Querystring: Query; Headers: Static<typeof Headers> }>(
    '/',
    {
      exposeHeadRoute: false,
      preValidation: readLists,
      config: { scope: 'charge-points:read' },
      schema: {
        tags: ['Events'],
        operationId: 'listenToEvents',
        summary: 'Listen to events',
        description: DESCRIPTION,
        querystring: Query,
        headers: Headers,
        response: { 200: { description: 'Events', content: { 'text/event-stream': { schema: EventRecord } } } }
      }
    },
    (request, reply) => {
      const filter = filterFor(app, request, reply)
      const lastEventId = request.headers['last-event-id'] || request.query.lastEventId
      feed.open(eventStream(app, request, reply), { filter, ...(lastEventId !== undefined && { lastEventId }) })
    }
  )

  app.get<{ Querystring: Static<typeof LatestQuery> }>(
    '/latest',
    {
      preValidation: readLists,
      config: { scope: 'charge-points:read' },
      schema: {
        tags: ['Events'],
        operationId: 'listLatestEvents',
        summary: 'List the latest events, newest first',
        description: LATEST,
        querystring: LatestQuery,
        response: { 200: Type.Object({ items: Type.Array(EventRecord) }) }
      }
    },
    async (request, reply) => ({ items: feed.latest(filterFor(app, request, reply), readLimit(request.query)) })
  )
}

/** A parameter that is given once becomes a list of one. */
async function readLists(request: FastifyRequest): Promise<void> {
  const query = request.query as object
  const lists = Object.entries(query).filter(([name]) => name === 'chargePoint' || name === 'type')
  request.query = { ...query, ...Object.fromEntries(lists.map(([name, value]) => [name, [value].flat()])) }
}

type Filtered = FastifyRequest<{ Querystring: Static<typeof LatestQuery> | Query }>

/** What the operator wants, and may see. */
function filterFor({ scopes }: FastifyInstance, request: Filtered, reply: FastifyReply): EventFilter {
  const { type, chargePoint } = request.query
  for (const wanted of type ?? []) scopes.demand(request, reply, scopeOfEvents(wanted))
  const types = type ?? EVENT_TYPES.filter((one) => scopes.may(request, scopeOfEvents(one)))
  return {
    types: new Set(types),
    ...(chargePoint !== undefined && { chargePoints: new Set(chargePoint.map(fold)) }),
    wholeIdTokens: scopes.may(request, 'id-tokens:read')
  }
}
