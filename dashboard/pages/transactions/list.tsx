import { apiUrl } from '../../api/client.js'
import type { Page, Transaction } from '../../api/records.js'
import { linkTo } from '../../router/links.js'
import { strings } from '../../strings/en/transactions.js'
import { strings as common } from '../../strings/en.js'
import { useApp } from '../../ui/app-context.js'
import { Empty } from '../../ui/empty.js'
import { Chip, Filters, TextFilter } from '../../ui/filters.js'
import { formatNumber } from '../../ui/format.js'
import { Loaded } from '../../ui/loaded.js'
import { Energy, Money, Power } from '../../ui/number.js'
import { PageHead } from '../../ui/page.js'
import { Pager } from '../../ui/pager.js'
import { RangeFilter } from '../../ui/range.js'
import { type Column, Table } from '../../ui/table.js'
import { Time } from '../../ui/time.js'
import { type Filter, useFilter } from '../../ui/use-filter.js'
import { useQuery } from '../../ui/use-query.js'
import { DurationOf, IdTokenLink, Place, StateOf } from './cells.js'
import { Sums } from './sums.js'

/** Parameters of the page that are parameters of the list in the operator API. */
const PARAMS = [
  'chargePoint',
  'site',
  'state',
  'idToken',
  'groupId',
  'transactionId',
  'remoteStartId',
  'evseId',
  'connectorId',
  'stopReason',
  'status',
  'from',
  'to',
  'sort',
  'cursor'
] as const

const ROWS = 50
const LIST_MS = 5_000

export default function TransactionList() {
  const filter = useFilter(PARAMS)
  const isFirst = filter.cursor === undefined
  const list = useQuery<Page<Transaction>>(
    '/transactions',
    { ...filter, count: true, limit: ROWS },
    { interval: LIST_MS, ...(isFirst && { live: { types: ['transaction'] } }) }
  )
  const { cursor: _cursor, ...all } = filter
  const isFiltered = Object.keys(all).some((name) => name !== 'sort')
  const total = list.data.value?.total
  return (
    <>
      <PageHead
        title={strings.title}
        note={total !== undefined && formatNumber(total)}
        actions={
          <a class="button" href={apiUrl('/transactions', { ...all, format: 'csv' })} download>
            {strings.csv}
          </a>
        }
      />
      <RangeFilter />
      <ListFilters />
      <Sums filter={all} />
      <Loaded query={list}>
        {({ items, nextCursor }) =>
          items.length === 0 ? (
            <NoRows isFiltered={isFiltered} filter={all} />
          ) : (
            <>
              <Table caption={strings.caption} rows={items} columns={COLUMNS} keyOf={keyOf} />
              <Pager nextCursor={nextCursor} />
            </>
          )
        }
      </Loaded>
    </>
  )
}

/** The key of a row. Unassigned ends have no id. */
function keyOf({ id, chargePoint, receivedAt, transactionId }: Transaction): string | number {
  return id ?? `${chargePoint} ${transactionId} ${receivedAt}`
}

function ListFilters() {
  return (
    <Filters label={strings.filters}>
      <TextFilter name="chargePoint" label={strings.chargePoint} />
      <TextFilter name="idToken" label={strings.idToken} />
      <Chip name="status" value="open">
        {strings.open}
      </Chip>
      <Chip name="status" value="ended">
        {strings.ended}
      </Chip>
      <Chip name="status" value="closed">
        {strings.closed}
      </Chip>
      <Chip name="status" value="unassigned">
        {strings.unassigned}
      </Chip>
      <GivenFilters />
    </Filters>
  )
}

const GIVEN = ['site', 'state', 'groupId', 'transactionId', 'stopReason', 'remoteStartId'] as const

/** Filters that links lead to; here they can be removed. */
function GivenFilters() {
  const { router } = useApp()
  const { query } = router.place.value
  return (
    <>
      {GIVEN.filter((name) => query.has(name)).map((name) => (
        <Chip key={name} name={name} value={query.get(name) ?? ''}>
          {name}: {query.get(name)}
        </Chip>
      ))}
    </>
  )
}

interface NoRowsProps {
  isFiltered: boolean
  filter: Filter
}

function NoRows({ isFiltered, filter }: NoRowsProps) {
  if (!isFiltered) {
    return (
      <Empty title={strings.none}>
        <p>{strings.noneYet}</p>
      </Empty>
    )
  }
  return (
    <Empty title={strings.noneInRange}>
      {filter.from !== undefined && <LastOne filter={filter} />}
      <a href="/transactions">{common.clearFilters}</a>
    </Empty>
  )
}

/** The last transaction before an empty range. */
function LastOne({ filter: { from, to: _to, sort: _sort, ...others } }: { filter: Filter }) {
  const before = useQuery<Page<Transaction>>('/transactions', { ...others, to: from, sort: '-startedAt', limit: 1 })
  const [last] = before.data.value?.items ?? []
  if (last === undefined) return null
  return (
    <p>
      {strings.lastOne}{' '}
      <a href={linkTo('transaction', { id: last.id })}>
        <Time at={last.startedAt} />
      </a>
    </p>
  )
}

const { columns } = strings
const COLUMNS: readonly Column<Transaction>[] = [
  {
    id: 'id',
    title: columns.id,
    isHead: true,
    cell: ({ id, transactionId }) =>
      id === undefined ? (
        transactionId
      ) : (
        <a class="row-link" href={linkTo('transaction', { id })}>
          {id}
        </a>
      )
  },
  { id: 'place', title: columns.chargePoint, cell: (row) => <Place transaction={row} /> },
  { id: 'state', title: columns.state, cell: (row) => <StateOf transaction={row} /> },
  { id: 'started', title: columns.started, cell: ({ startedAt }) => <Time at={startedAt} /> },
  { id: 'duration', title: columns.duration, isNumeric: true, cell: (row) => <DurationOf transaction={row} /> },
  { id: 'energy', title: columns.energy, isNumeric: true, cell: ({ energyWh }) => <Energy value={energyWh} /> },
  {
    id: 'power',
    title: columns.power,
    isNumeric: true,
    cell: ({ powerW }) => powerW !== undefined && <Power value={powerW} />
  },
  {
    id: 'cost',
    title: columns.cost,
    isNumeric: true,
    cell: ({ cost, currency }) => <Money value={cost} currency={currency} />
  },
  { id: 'idToken', title: columns.idToken, cell: ({ idToken }) => <IdTokenLink idToken={idToken} /> }
]
