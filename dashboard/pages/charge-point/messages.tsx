import { useEffect, useState } from 'preact/hooks'
import { apiUrl, type Query } from '../../api/client.js'
import type { About, Message, Page } from '../../api/records.js'
import { createTail, type Tail } from '../../store/tail.js'
import { strings as all } from '../../strings/en/charge-point-tabs.js'
import { strings as common } from '../../strings/en.js'
import { useApp } from '../../ui/app-context.js'
import { Empty } from '../../ui/empty.js'
import { Chip, Filters, SelectFilter, TextFilter, TimeFilter } from '../../ui/filters.js'
import { Loaded } from '../../ui/loaded.js'
import { Pager } from '../../ui/pager.js'
import { useFilter } from '../../ui/use-filter.js'
import { useQuery } from '../../ui/use-query.js'
import type { PageProps } from '../table.js'
import { ChargePointHead } from './head.js'
import { MessageTable } from './message-table.js'
import { isUnknown, pathOf, useChargePoint } from './use-charge-point.js'

const strings = all.messages
const FILTERS = ['action', 'direction', 'messageType', 'messageId', 'error', 'q', 'from', 'to'] as const
const ROWS = 100
const KINDS = Object.entries(strings.kinds).map(([value, label]) => ({ value, label }))

/** The messages between the charge point and the back-end. */
export default function Messages({ params: { identity = '' } }: PageProps) {
  const { router } = useApp()
  const chargePoint = useChargePoint(identity)
  const { query } = router.place.value
  const filter = useFilter(FILTERS)
  const [isFollowing, setFollowing] = useState(false)
  const path = pathOf(identity, '/messages')
  return (
    <>
      <ChargePointHead
        identity={identity}
        query={chargePoint}
        tab="messages"
        actions={
          <>
            <button type="button" aria-pressed={isFollowing} onClick={() => setFollowing(!isFollowing)}>
              {isFollowing ? strings.following : strings.follow}
            </button>
            <a class="button" href={apiUrl(path, { ...filter, format: 'ndjson' })} download>
              {strings.exportNdjson}
            </a>
            <a class="button" href={apiUrl(path, { ...filter, format: 'csv' })} download>
              {strings.exportCsv}
            </a>
          </>
        }
      />
      {!isUnknown(chargePoint) && <MessageFilters />}
      {isFollowing ? (
        <Followed path={path} filter={filter} />
      ) : (
        <Stored path={path} filter={filter} cursor={query.get('cursor') ?? undefined} />
      )}
    </>
  )
}

function MessageFilters() {
  return (
    <Filters label={strings.filters}>
      <TextFilter name="action" label={strings.action} />
      <TextFilter name="q" label={strings.text} />
      <Chip name="direction" value="in">
        {strings.in}
      </Chip>
      <Chip name="direction" value="out">
        {strings.out}
      </Chip>
      <SelectFilter name="messageType" label={strings.columns.kind} options={KINDS} />
      <TextFilter name="messageId" label={strings.messageId} />
      <Chip name="error" value="true">
        {strings.errors}
      </Chip>
      <TimeFilter name="from" label={strings.from} />
      <TimeFilter name="to" label={strings.to} />
    </Filters>
  )
}

interface StoredProps {
  path: string
  filter: Query
  cursor?: string | undefined
}

function Stored({ path, filter, cursor }: StoredProps) {
  const { place } = useApp().router
  const about = useQuery<About>('/about')
  const list = useQuery<Page<Message>>(path, { ...filter, limit: ROWS, cursor })
  return (
    <Loaded query={list} missing={null}>
      {({ items, nextCursor }) => {
        if (items.length > 0) {
          return (
            <>
              <MessageTable messages={items} path={path} />
              <Pager nextCursor={nextCursor} />
            </>
          )
        }
        if (about.data.value?.messageLog === false) return <Empty title={strings.off} />
        if (Object.keys(filter).length === 0) return <Empty title={strings.none} />
        return (
          <Empty title={common.nothingMatches}>
            <a href={place.value.path}>{common.clearFilters}</a>
          </Empty>
        )
      }}
    </Loaded>
  )
}

/** Follows the log. While the reader has scrolled down, new messages wait above. */
function Followed({ path, filter }: StoredProps) {
  const [tail, setTail] = useState<Tail>()
  const [seen, setSeen] = useState<readonly Message[]>([])
  const key = JSON.stringify(filter)
  useEffect(() => {
    const made = createTail({ fetch: window.fetch.bind(window), path, query: JSON.parse(key) })
    setTail(made)
    return made.stop
  }, [path, key])
  const messages = tail?.messages.value ?? []
  const isScrolled = window.scrollY > 200
  const shown = isScrolled && seen.length > 0 ? seen : messages
  useEffect(() => {
    if (!isScrolled) setSeen(messages)
  }, [messages, isScrolled])
  const waiting = messages.length === 0 ? 0 : messages.findIndex(({ id }) => id === shown[0]?.id)
  return (
    <>
      {waiting > 0 && (
        <p class="banner" role="status">
          <button
            type="button"
            onClick={() => {
              window.scrollTo({ top: 0 })
              setSeen(messages)
            }}
          >
            {strings.newOnes(waiting)}
          </button>
        </p>
      )}
      {shown.length === 0 ? <Empty title={strings.none} /> : <MessageTable messages={shown} path={path} />}
    </>
  )
}
