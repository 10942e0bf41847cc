import type { TransactionEvent } from '../../api/records.js'
import { strings } from '../../strings/en/transactions.js'
import { visibleText } from '../../ui/format.js'
import { Table } from '../../ui/table.js'
import { Foreign } from '../../ui/text.js'
import { Time } from '../../ui/time.js'

/** The messages that began, changed and ended the transaction. */
export function Events({ events }: { events: readonly TransactionEvent[] }) {
  const rows = events.map((event, index) => ({ ...event, index }))
  return (
    <details class="panel">
      <summary>{strings.events(events.length)}</summary>
      <Table
        caption={strings.eventsCaption}
        rows={rows}
        keyOf={({ index }) => index}
        columns={[
          { id: 'at', title: strings.event.at, isHead: true, cell: ({ timestamp }) => <Time at={timestamp} exact /> },
          { id: 'type', title: strings.event.type, cell: ({ eventType }) => eventType },
          { id: 'seqNo', title: strings.event.seqNo, isNumeric: true, cell: ({ seqNo }) => seqNo },
          {
            id: 'trigger',
            title: strings.event.trigger,
            cell: ({ triggerReason, offline }) => (
              <>
                {triggerReason !== undefined && <Foreign text={triggerReason} />}
                {offline && <span class="muted"> {strings.event.offline}</span>}
              </>
            )
          },
          { id: 'received', title: strings.event.received, cell: ({ receivedAt }) => <Time at={receivedAt} exact /> },
          {
            id: 'payload',
            title: strings.event.payload,
            cell: ({ request }) => (
              <details>
                <summary>JSON</summary>
                <pre>{visibleText(JSON.stringify(request))}</pre>
              </details>
            )
          }
        ]}
      />
    </details>
  )
}
