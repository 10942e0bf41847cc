import { useState } from 'preact/hooks'
import { strings as list, refused as strings } from '../../strings/en/charge-points.js'
import { strings as common } from '../../strings/en.js'
import { Action } from '../../ui/action.js'
import { useApp } from '../../ui/app-context.js'
import { Empty } from '../../ui/empty.js'
import { Loaded } from '../../ui/loaded.js'
import { PageHead } from '../../ui/page.js'
import { type Column, Table } from '../../ui/table.js'
import { Foreign } from '../../ui/text.js'
import { Age } from '../../ui/time.js'
import { useQuery } from '../../ui/use-query.js'
import { AddDialog } from './add-dialog.js'

interface Refused {
  identity: string
  remoteAddress: string
  protocol?: string
  status: number
  reason: string
  firstAt: string
  lastAt: string
  attempts: number
}

/** Interval between two reads. Milliseconds. Short, because somebody may wait beside the charge point. */
const LIST_MS = 2_000

/** The charge points that are rejected, with the reasons, and a button to create them. */
export default function RefusedChargePoints() {
  const { api, session } = useApp()
  const [chosen, setChosen] = useState<string>()
  const query = useQuery<{ items: Refused[] }>('/refused-charge-points', {}, { every: LIST_MS })
  const reason = session.may('charge-points:write') ? undefined : common.noScope('charge-points:write')
  const forget = (identity: string) => {
    const path = `/refused-charge-points/${encodeURIComponent(identity)}`
    api.send('DELETE', path).then(query.reload, query.reload)
  }
  const { columns } = strings
  const all: Column<Refused>[] = [
    { id: 'identity', title: columns.identity, isHead: true, cell: ({ identity }) => <Foreign text={identity} /> },
    {
      id: 'reason',
      title: columns.reason,
      cell: (item) => <Foreign text={`${item.status}: ${item.reason}`} limit={200} />
    },
    { id: 'protocol', title: columns.protocol, cell: ({ protocol = '' }) => <Foreign text={protocol} limit={40} /> },
    { id: 'address', title: columns.address, cell: ({ remoteAddress }) => <span class="mono">{remoteAddress}</span> },
    { id: 'attempts', title: columns.attempts, isNumeric: true, cell: ({ attempts }) => list.attempts(attempts) },
    { id: 'last', title: columns.last, cell: ({ lastAt }) => <Age since={lastAt} ago /> },
    {
      id: 'next',
      title: columns.next,
      cell: ({ identity }) => (
        <span class="evse-actions">
          <Action reason={reason} kind="primary" onClick={() => setChosen(identity)}>
            {list.letIn}
          </Action>
          <Action reason={reason} onClick={() => forget(identity)}>
            {strings.forget}
          </Action>
        </span>
      )
    }
  ]
  return (
    <>
      <PageHead title={strings.title} />
      <Loaded query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={strings.none} />
          ) : (
            <Table caption={strings.caption} rows={items} columns={all} keyOf={({ identity }) => identity} />
          )
        }
      </Loaded>
      {chosen !== undefined && (
        <AddDialog
          identity={chosen}
          onClose={() => {
            setChosen(undefined)
            query.reload()
          }}
        />
      )}
    </>
  )
}
