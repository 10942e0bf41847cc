import type { LiveEvent } from '../../api/stream.js'
import { linkTo } from '../../router/links.js'
import { strings } from '../../strings/en/overview.js'
import { useApp } from '../../ui/app-context.js'
import { Empty } from '../../ui/empty.js'
import { formatClock } from '../../ui/format.js'
import { Foreign } from '../../ui/text.js'
import { useQuery } from '../../ui/use-query.js'

const KEPT = 50
const TYPES = ['connect', 'disconnect', 'boot', 'status', 'call', 'security', 'problem']

/** The latest events, the newest first. Meter values are too many to read. */
export function LatestEvents() {
  const { session, preferences } = useApp()
  const types = session.may('transactions:read') ? [...TYPES, 'transaction'] : TYPES
  const query = useQuery<{ items: LiveEvent[] }>(
    '/events/latest',
    { type: types, limit: String(KEPT) },
    {
      live: { types },
      reduce: ({ items }, event) => {
        return { items: items.some(({ id }) => id === event.id) ? items : [event, ...items].slice(0, KEPT) }
      }
    }
  )
  const known = query.data.value
  const events = known?.items ?? []
  return (
    <section aria-label={strings.events}>
      <h2>{strings.events}</h2>
      {known?.items.length === 0 && <Empty title={strings.eventsNone} />}
      <ol class="rows">
        {events.map((event) => (
          <li key={event.id}>
            <time dateTime={event.at}>{formatClock(Date.parse(event.at), preferences.zone.value)}</time>
            {event.chargePoint && (
              <a href={linkTo('chargePoint', { identity: event.chargePoint })}>
                <Foreign text={event.chargePoint} limit={40} />
              </a>
            )}
            <Foreign text={sentenceOf(event)} limit={160} />
          </li>
        ))}
      </ol>
    </section>
  )
}

function sentenceOf({ type, data }: LiveEvent): string {
  const { told } = strings
  const {
    eventType,
    id,
    status,
    evseId,
    connectorId,
    action,
    outcome,
    detail,
    type: kind
  } = data as Record<string, string> & {
    id?: number
  }
  if (type === 'connect' || type === 'disconnect' || type === 'boot') return told[type]
  if (type === 'transaction') return told.transaction(eventType ?? '', id)
  if (type === 'status') return told.status(`EVSE ${evseId || connectorId}`, status ?? '')
  if (type === 'call') return told.call(action ?? '', outcome ?? '')
  if (type === 'problem') return told.problem(detail ?? '')
  return type === 'security' ? told.security(kind ?? '') : told.other(type)
}
