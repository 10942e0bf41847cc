import { useMemo } from 'preact/hooks'
import type { Availability } from '../../api/records.js'
import { linkTo } from '../../router/links.js'
import { strings } from '../../strings/en/availability.js'
import { useApp } from '../../ui/app-context.js'
import { Empty } from '../../ui/empty.js'
import { Filters, SelectFilter, TextFilter } from '../../ui/filters.js'
import { formatClock, formatDay, formatElapsed, formatNumber } from '../../ui/format.js'
import { Loaded } from '../../ui/loaded.js'
import { monthOf } from '../../ui/months.js'
import { PageHead } from '../../ui/page.js'
import { RangeFilter } from '../../ui/range.js'
import { type Column, Table } from '../../ui/table.js'
import { Foreign } from '../../ui/text.js'
import { useFilter } from '../../ui/use-filter.js'
import { useQuery } from '../../ui/use-query.js'

const PARAMS = ['chargePoint', 'site', 'groupBy', 'interval'] as const
const optionsOf = (names: Readonly<Record<string, string>>) =>
  Object.entries(names).map(([value, label]) => ({ value, label }))

/** How long EVSEs were up in a range. It is dated, not live. */
export default function AvailabilityStatistics() {
  const { router, clock, preferences, session } = useApp()
  const { query } = router.place.value
  const month = useMemo(() => monthOf(clock.now.peek()), [clock])
  const filter = useFilter(PARAMS)
  const found = useQuery<{ items: Availability[] }>('/statistics/availability', {
    ...filter,
    from: query.get('from') ?? month.from,
    to: query.get('to') ?? month.to
  })
  const at = found.at.value
  return (
    <>
      <PageHead
        title={strings.title}
        note={at !== undefined && strings.dated(formatClock(at, preferences.zone.value))}
        actions={
          session.may('transactions:read') && (
            <a class="button" href={linkTo('transactionStatistics', {})}>
              {strings.other}
            </a>
          )
        }
      />
      <RangeFilter fallback={month} />
      <Filters label={strings.filters}>
        <SelectFilter name="interval" label={strings.interval} options={optionsOf(strings.intervals)} />
        <SelectFilter name="groupBy" label={strings.groupBy} options={optionsOf(strings.groups)} />
        <TextFilter name="chargePoint" label={strings.chargePoint} />
        <TextFilter name="site" label={strings.site} />
      </Filters>
      <Loaded query={found}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={strings.none}>{strings.next}</Empty>
          ) : (
            <Table
              caption={strings.caption}
              rows={items}
              keyOf={({ start, group }) => `${start} ${group}`}
              columns={query.has('interval') ? [GROUP, START, ...COLUMNS] : [GROUP, ...COLUMNS]}
            />
          )
        }
      </Loaded>
      <p class="hint">{strings.definition}</p>
    </>
  )
}

const { columns } = strings
const GROUP: Column<Availability> = {
  id: 'group',
  title: columns.group,
  isHead: true,
  cell: ({ group, chargePoint, evseId }) => {
    if (chargePoint === undefined) return group === undefined ? strings.noSite : <Foreign text={group} />
    return (
      <a class="row-link" href={linkTo('chargePoint', { identity: chargePoint })}>
        <Foreign text={evseId === undefined ? chargePoint : strings.evse(chargePoint, evseId)} limit={64} />
      </a>
    )
  }
}
const START: Column<Availability> = {
  id: 'start',
  title: columns.start,
  cell: ({ start }) => <time dateTime={start}>{formatDay(Date.parse(start), { zone: 'UTC', hasClock: false })}</time>
}

/** Rounded down, so that only what never failed is 100 %. */
function shareOf(part: number, time: number): string {
  if (time === 0) return ''
  return formatNumber(Math.floor((part / time) * 1e4) / 1e4, { style: 'percent', minimumFractionDigits: 2 })
}

type Part = 'up' | 'connected' | 'faulted' | 'outOfService' | 'unknown' | 'occupied'
const PARTS: readonly Part[] = ['up', 'connected', 'faulted', 'outOfService', 'unknown', 'occupied']

const COLUMNS: readonly Column<Availability>[] = [
  ...PARTS.map(
    (part): Column<Availability> => ({
      id: part,
      title: columns[part],
      isNumeric: true,
      cell: (row) => <span title={formatElapsed(row[part])}>{shareOf(row[part], row.time)}</span>
    })
  ),
  { id: 'time', title: columns.time, isNumeric: true, cell: ({ time }) => formatElapsed(time) }
]
