import type { Delivery, Page } from '../../api/records.js'
import { linkTo } from '../../router/links.js'
import { strings as all } from '../../strings/en/administration.js'
import { useApp } from '../../ui/app-context.js'
import { Loaded } from '../../ui/loaded.js'
import { ProblemNote } from '../../ui/problem.js'
import { type Column, Table } from '../../ui/table.js'
import { Foreign } from '../../ui/text.js'
import { Time } from '../../ui/time.js'
import { useCommand } from '../../ui/use-command.js'
import { useQuery } from '../../ui/use-query.js'

const { webhooks: strings } = all
const READ_MS = 5_000
const ROWS = 50

/** The latest events that were sent to a webhook, or will be. */
export function Deliveries({ webhook }: { webhook: number }) {
  const { api } = useApp()
  const command = useCommand()
  const path = `/webhooks/${webhook}/deliveries`
  const list = useQuery<Page<Delivery>>(path, { limit: ROWS }, { every: READ_MS })
  const resend: Column<Delivery> = {
    id: 'actions',
    title: all.actions,
    cell: ({ id }) => (
      <button
        type="button"
        onClick={() =>
          command.run(async () => {
            await api.send('POST', `${path}/${id}/resend`)
            list.reload()
          })
        }
      >
        {strings.resend}
      </button>
    )
  }
  return (
    <section>
      <h2>{strings.deliveries(webhook)}</h2>
      {command.problem !== undefined && <ProblemNote problem={command.problem} />}
      <Loaded query={list}>
        {({ items }) =>
          items.length === 0 ? (
            <p class="muted">{strings.noDeliveries}</p>
          ) : (
            <Table
              caption={strings.deliveries(webhook)}
              rows={items}
              keyOf={({ id }) => id}
              columns={[...COLUMNS, resend]}
            />
          )
        }
      </Loaded>
    </section>
  )
}

const { delivery } = strings
const COLUMNS: readonly Column<Delivery>[] = [
  { id: 'at', title: delivery.at, isHead: true, cell: ({ createdAt }) => <Time at={createdAt} exact /> },
  { id: 'type', title: delivery.type, cell: ({ type }) => type },
  {
    id: 'chargePoint',
    title: delivery.chargePoint,
    cell: ({ chargePoint }) =>
      chargePoint !== '' && (
        <a href={linkTo('chargePoint', { identity: chargePoint })}>
          <Foreign text={chargePoint} />
        </a>
      )
  },
  { id: 'status', title: delivery.status, cell: ({ status }) => status },
  { id: 'attempts', title: delivery.attempts, isNumeric: true, cell: ({ attempts }) => attempts },
  { id: 'error', title: delivery.error, cell: ({ error, responseStatus }) => error ?? responseStatus },
  { id: 'next', title: delivery.next, cell: ({ nextAttemptAt }) => nextAttemptAt && <Time at={nextAttemptAt} /> }
]
