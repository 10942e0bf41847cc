import type { Page, Transaction } from '../../api/records.js'
import { linkTo } from '../../router/links.js'
import { strings } from '../../strings/en/id-tokens.js'
import { Loaded } from '../../ui/loaded.js'
import { Energy } from '../../ui/number.js'
import { type Column, Table } from '../../ui/table.js'
import { Time } from '../../ui/time.js'
import { useQuery } from '../../ui/use-query.js'
import { Place, StateOf } from '../transactions/cells.js'

const LATEST = 20

/** The latest transactions of an id token. */
export function LatestTransactions({ idToken }: { idToken: string }) {
  const list = useQuery<Page<Transaction>>('/transactions', { idToken, limit: LATEST })
  return (
    <section>
      <h2>{strings.transactions}</h2>
      <Loaded query={list}>
        {({ items, nextCursor }) =>
          items.length === 0 ? (
            <p class="muted">{strings.noTransactions}</p>
          ) : (
            <>
              <Table caption={strings.transactions} rows={items} keyOf={({ id }) => id} columns={COLUMNS} />
              {nextCursor !== undefined && (
                <a href={linkTo('transactions', {}, { idToken })}>{strings.allTransactions}</a>
              )}
            </>
          )
        }
      </Loaded>
    </section>
  )
}

const COLUMNS: readonly Column<Transaction>[] = [
  {
    id: 'id',
    title: strings.transaction,
    isHead: true,
    cell: ({ id }) => (
      <a class="row-link" href={linkTo('transaction', { id })}>
        {id}
      </a>
    )
  },
  { id: 'place', title: strings.authorizations.chargePoint, cell: (row) => <Place transaction={row} /> },
  { id: 'state', title: strings.columns.status, cell: (row) => <StateOf transaction={row} /> },
  { id: 'started', title: strings.started, cell: ({ startedAt }) => <Time at={startedAt} /> },
  { id: 'energy', title: strings.energy, isNumeric: true, cell: ({ energyWh }) => <Energy value={energyWh} /> }
]
