import type { Call, Page } from '../../api/records.js'
import { linkTo } from '../../router/links.js'
import { strings as all } from '../../strings/en/charge-point-tabs.js'
import { strings as common } from '../../strings/en.js'
import { Action } from '../../ui/action.js'
import { useApp } from '../../ui/app-context.js'
import { Empty } from '../../ui/empty.js'
import { Filters, SelectFilter, TextFilter } from '../../ui/filters.js'
import { formatDuration } from '../../ui/format.js'
import { Loaded } from '../../ui/loaded.js'
import { Pager } from '../../ui/pager.js'
import { type Column, Table } from '../../ui/table.js'
import { Foreign } from '../../ui/text.js'
import { Time } from '../../ui/time.js'
import { useQuery } from '../../ui/use-query.js'
import { STATUS_OPTIONS, StatusWord } from './status.js'

const strings = all.calls
const ROWS = 100
const LIST_MS = 2_000

/** Calls to one charge point, or to all. */
export function CallList({ chargePoint }: { chargePoint?: string }) {
  const { router, session } = useApp()
  const { query } = router.place.value
  const given = Object.fromEntries(['action', 'status', 'cursor'].map((name) => [name, query.get(name) ?? undefined]))
  const list = useQuery<Page<Call>>(
    '/calls',
    { ...given, chargePoint: chargePoint ?? query.get('chargePoint') ?? undefined, limit: ROWS },
    {
      live: { types: ['call'], ...(chargePoint !== undefined && { chargePoints: [chargePoint] }) },
      interval: LIST_MS
    }
  )
  const isFiltered = query.has('action') || query.has('status')
  const columns = columnsOf({
    withChargePoint: chargePoint === undefined,
    mayCall: session.may('calls:write'),
    onChange: list.reload
  })
  return (
    <>
      <Filters label={common.more}>
        <TextFilter name="action" label={strings.columns.action} />
        <SelectFilter name="status" label={strings.status} options={STATUS_OPTIONS} />
      </Filters>
      <Loaded query={list}>
        {({ items, nextCursor }) =>
          items.length === 0 ? (
            <Empty title={isFiltered ? common.nothingMatches : strings.none} />
          ) : (
            <>
              <Table caption={strings.caption} rows={items} columns={columns} keyOf={({ messageId }) => messageId} />
              <Pager nextCursor={nextCursor} />
            </>
          )
        }
      </Loaded>
    </>
  )
}

interface ColumnOptions {
  withChargePoint: boolean
  mayCall: boolean
  onChange: () => void
}

function columnsOf({ withChargePoint, mayCall, onChange }: ColumnOptions): Column<Call>[] {
  const { columns } = strings
  return [
    { id: 'at', title: columns.at, cell: ({ createdAt }) => <Time at={createdAt} /> },
    ...(withChargePoint
      ? [
          {
            id: 'chargePoint',
            title: columns.chargePoint,
            cell: ({ identity }: Call) => <a href={linkTo('chargePoint', { identity })}>{identity}</a>
          }
        ]
      : []),
    {
      id: 'action',
      title: columns.action,
      isHead: true,
      cell: ({ action, messageId }) => (
        <a class="row-link" href={linkTo('call', { messageId })}>
          {action}
        </a>
      )
    },
    { id: 'status', title: columns.status, cell: (call) => <CallStatus call={call} /> },
    {
      id: 'operator',
      title: columns.operator,
      cell: ({ operator }) => operator ?? <span class="muted">{strings.backend}</span>
    },
    {
      id: 'duration',
      title: columns.duration,
      isNumeric: true,
      cell: ({ duration }) => duration !== undefined && formatDuration(duration * 1_000)
    },
    {
      id: 'cancel',
      title: strings.cancel,
      cell: ({ status, messageId }) =>
        status === 'queued' && <CancelCall messageId={messageId} mayCall={mayCall} onChange={onChange} />
    }
  ]
}

/** The status of a call, and beside it the status in the answer of the charge point. */
export function CallStatus({ call: { status, response, errorCode } }: { call: Call }) {
  const word = (response as { status?: unknown } | undefined)?.status
  return (
    <>
      <StatusWord status={status} /> {typeof word === 'string' && <Foreign text={word} limit={40} />}
      {errorCode !== undefined && <code>{errorCode}</code>}
    </>
  )
}

export function CancelCall({
  messageId,
  mayCall,
  onChange
}: {
  messageId: string
  mayCall: boolean
  onChange: () => void
}) {
  const { api } = useApp()
  return (
    <Action
      reason={mayCall ? undefined : common.noScope('calls:write')}
      onClick={() => {
        api.send('DELETE', `/calls/${encodeURIComponent(messageId)}`).then(onChange, onChange)
      }}
    >
      {strings.cancel}
    </Action>
  )
}
