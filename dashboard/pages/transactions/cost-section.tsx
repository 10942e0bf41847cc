import type { Transaction, TransactionCost } from '../../api/records.js'
import type { LiveEvent } from '../../api/stream.js'
import { linkTo } from '../../router/links.js'
import { cost as strings } from '../../strings/en/cost.js'
import { strings as common } from '../../strings/en/transactions.js'
import { useApp } from '../../ui/app-context.js'
import { formatMoney } from '../../ui/format.js'
import { Loaded } from '../../ui/loaded.js'
import { Table } from '../../ui/table.js'
import { Time } from '../../ui/time.js'
import { useQuery } from '../../ui/use-query.js'
import { CostDetails } from './cost.js'
import { CostTables } from './cost-tables.js'
import { ReceiptSection } from './receipt.js'

/** Milliseconds between two reads: the cost of an open transaction changes with each reading. */
const READ_MS = 5_000
const TYPES = ['transaction', 'meter-values']

/** The cost of a transaction, how it came about, and beside it what the charge point calculated. */
export function CostSection({ transaction }: { transaction: Transaction }) {
  const { session } = useApp()
  const maySeeReceipts = session.may('billing:read')
  const { id, chargePoint } = transaction
  const query = useQuery<TransactionCost>(
    `/transactions/${id}/cost`,
    {},
    {
      interval: READ_MS,
      live: { types: maySeeReceipts ? [...TYPES, 'receipt'] : TYPES, chargePoints: [chargePoint] },
      reduce: (data, { data: told }: LiveEvent) => ((told as { id?: number }).id === id ? 'reload' : data)
    }
  )
  return (
    <>
      <section class="panel">
        <h2>{common.cost}</h2>
        <Loaded query={query}>
          {(data) => (
            <>
              {data.cost === undefined ? (
                <CostDetails transaction={transaction} />
              ) : (
                <Explained data={data} cost={data.cost} />
              )}
              <Station data={data} />
              <Revisions data={data} />
            </>
          )}
        </Loaded>
      </section>
      {maySeeReceipts && query.data.value !== undefined && (
        <ReceiptSection transaction={transaction} receipt={query.data.value.receipt} onChanged={query.reload} />
      )}
    </>
  )
}

function Explained({ data, cost }: { data: TransactionCost; cost: NonNullable<TransactionCost['cost']> }) {
  const { status, billedBy, tariffs } = data
  return (
    <>
      <p class="muted">
        {tariffs.map(({ id, version, from }, index) => (
          <span key={`${id} ${from ?? ''}`}>
            {index > 0 && ', '}
            <a href={linkTo('tariffs', {})}>{strings.tariff(id, version)}</a>
            {from !== undefined && (
              <>
                {' '}
                {strings.from} <Time at={from} />
              </>
            )}
          </span>
        ))}
        . {strings.billedBy[billedBy] ?? billedBy} {status === 'running' && strings.running}
      </p>
      <CostTables cost={cost} />
    </>
  )
}

/** The figure of a 2.1 charge point that calculates itself. */
function Station({ data: { station } }: { data: TransactionCost }) {
  if (station === undefined) return null
  const { total, currency, difference } = station
  return (
    <p data-severity={difference === undefined ? undefined : 'warning'}>
      {strings.station} <strong>{formatMoney(total, currency)}</strong>:{' '}
      {difference === undefined
        ? strings.noDifference
        : strings.difference(formatMoney(Math.abs(difference), currency), difference > 0)}
    </p>
  )
}

function Revisions({ data: { revisions } }: { data: TransactionCost }) {
  if (revisions.length < 2) return null
  return (
    <details>
      <summary>{strings.revisions(revisions.length)}</summary>
      <Table
        caption={strings.revisionsCaption}
        rows={revisions}
        keyOf={({ revision }) => revision}
        columns={[
          { id: 'at', title: strings.at, isHead: true, cell: ({ at }) => <Time at={at} /> },
          {
            id: 'by',
            title: strings.by,
            cell: ({ calculatedBy }) => (calculatedBy === 'us' ? strings.us : strings.theStation)
          },
          {
            id: 'total',
            title: strings.total,
            isNumeric: true,
            cell: ({ total, currency, unknown }) => (total === undefined ? unknown : formatMoney(total, currency))
          }
        ]}
      />
    </details>
  )
}
