import { useMemo } from 'preact/hooks'
import { apiUrl } from '../../api/client.js'
import type { TransactionSums } from '../../api/records.js'
import { strings } from '../../strings/en/statistics.js'
import { useApp } from '../../ui/app-context.js'
import { Empty } from '../../ui/empty.js'
import { Filters, SelectFilter, TextFilter } from '../../ui/filters.js'
import { formatClock, formatDay, formatElapsed, formatNumber } from '../../ui/format.js'
import { Loaded } from '../../ui/loaded.js'
import { monthOf } from '../../ui/months.js'
import { Energy, Money } from '../../ui/number.js'
import { PageHead } from '../../ui/page.js'
import { RangeFilter } from '../../ui/range.js'
import { type Column, Table } from '../../ui/table.js'
import { Foreign } from '../../ui/text.js'
import { useFilter } from '../../ui/use-filter.js'
import { useQuery } from '../../ui/use-query.js'
import { Totals } from './totals.js'

const PARAMS = ['chargePoint', 'site', 'idToken', 'groupId', 'tariff', 'groupBy'] as const
const optionsOf = (names: Readonly<Record<string, string>>) =>
  Object.entries(names).map(([value, label]) => ({ value, label }))

/** Energy, money and number of the transactions of a range. It is dated, not live. */
export default function TransactionStatistics() {
  const { router, clock, preferences } = useApp()
  const { query } = router.place.value
  const month = useMemo(() => monthOf(clock.now.peek()), [clock])
  const zone = preferences.zone.value
  const timeZone = zone === 'UTC' ? 'UTC' : Intl.DateTimeFormat().resolvedOptions().timeZone
  const filter = useFilter(PARAMS)
  const params = {
    ...filter,
    from: query.get('from') ?? month.from,
    to: query.get('to') ?? month.to,
    interval: query.get('interval') ?? 'day',
    timeZone
  }
  const sums = useQuery<{ items: TransactionSums[] }>('/statistics/transactions', params)
  const at = sums.at.value
  return (
    <>
      <PageHead
        title={strings.title}
        note={at !== undefined && strings.dated(formatClock(at, zone))}
        actions={
          <a class="button" href={apiUrl('/statistics/transactions', { ...params, format: 'csv' })} download>
            {strings.csv}
          </a>
        }
      />
      <RangeFilter fallback={month} />
      <Filters label={strings.filters}>
        <SelectFilter name="interval" label={strings.interval} options={optionsOf(strings.intervals)} />
        <SelectFilter name="groupBy" label={strings.groupBy} options={optionsOf(strings.groups)} />
        <TextFilter name="chargePoint" label={strings.chargePoint} />
      </Filters>
      <Loaded query={sums}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={strings.none} />
          ) : (
            <>
              <Totals items={items} />
              <Table
                caption={strings.caption}
                rows={items}
                keyOf={({ start, group, currency }) => `${start} ${group} ${currency}`}
                columns={query.has('groupBy') ? [START, GROUP, ...COLUMNS] : [START, ...COLUMNS]}
              />
            </>
          )
        }
      </Loaded>
    </>
  )
}

const { columns } = strings
const START: Column<TransactionSums> = {
  id: 'start',
  title: columns.start,
  isHead: true,
  cell: ({ start }) => <Start at={start} />
}

function Start({ at }: { at: string }) {
  const { router, preferences } = useApp()
  const isHourly = router.place.value.query.get('interval') === 'hour'
  return <time dateTime={at}>{formatDay(Date.parse(at), { zone: preferences.zone.value, hasClock: isHourly })}</time>
}

const GROUP: Column<TransactionSums> = {
  id: 'group',
  title: columns.group,
  cell: ({ group }) => (group === undefined ? <span class="muted">{strings.noGroup}</span> : <Foreign text={group} />)
}
const COLUMNS: readonly Column<TransactionSums>[] = [
  {
    id: 'transactions',
    title: columns.transactions,
    isNumeric: true,
    cell: ({ transactions }) => formatNumber(transactions)
  },
  { id: 'energy', title: columns.energy, isNumeric: true, cell: ({ energyWh }) => <Energy value={energyWh} /> },
  { id: 'duration', title: columns.duration, isNumeric: true, cell: ({ duration }) => formatElapsed(duration) },
  {
    id: 'charging',
    title: columns.charging,
    isNumeric: true,
    cell: ({ chargingDuration }) => formatElapsed(chargingDuration)
  },
  {
    id: 'cost',
    title: columns.cost,
    isNumeric: true,
    cell: ({ cost, currency }) => <Money value={cost} currency={currency} />
  }
]
