import { useMemo } from 'preact/hooks'
import { apiUrl } from '../../api/client.js'
import type { Page, Receipt } from '../../api/records.js'
import { linkTo } from '../../router/links.js'
import { strings } from '../../strings/en/receipts.js'
import { useApp } from '../../ui/app-context.js'
import { Empty } from '../../ui/empty.js'
import { Chip, Filters, TextFilter } from '../../ui/filters.js'
import { Loaded } from '../../ui/loaded.js'
import { dayText, monthOf } from '../../ui/months.js'
import { Energy } from '../../ui/number.js'
import { PageHead } from '../../ui/page.js'
import { Pager } from '../../ui/pager.js'
import { RangeFilter } from '../../ui/range.js'
import { type Column, Table } from '../../ui/table.js'
import { Foreign } from '../../ui/text.js'
import { Time } from '../../ui/time.js'
import { useFilter } from '../../ui/use-filter.js'
import { useQuery } from '../../ui/use-query.js'
import { formatMinor } from './amount.js'

const PARAMS = ['transaction', 'chargePoint', 'kind', 'cursor']

/** The receipts and credit notes of a range, and their exports. */
export default function Receipts() {
  const { router, clock } = useApp()
  const { query } = router.place.value
  const month = useMemo(() => monthOf(clock.now.peek()), [clock])
  const filter = useFilter(PARAMS)
  // The receipts of one transaction are few, whenever they were issued.
  const fallback = filter.transaction === undefined ? month : undefined
  const range = { from: query.get('from') ?? fallback?.from, to: query.get('to') ?? fallback?.to }
  const list = useQuery<Page<Receipt>>('/receipts', { ...filter, ...range }, { live: { types: ['receipt'] } })
  return (
    <>
      <PageHead title={strings.title} actions={<Exports {...range} />} />
      <RangeFilter {...(fallback && { fallback })} />
      <Filters label={strings.filters}>
        <TextFilter name="chargePoint" label={strings.chargePoint} />
        <TextFilter name="transaction" label={strings.transaction} />
        <Chip name="kind" value="receipt">
          {strings.receiptsOnly}
        </Chip>
        <Chip name="kind" value="credit-note">
          {strings.creditNotesOnly}
        </Chip>
      </Filters>
      <Loaded query={list}>
        {({ items, nextCursor }) =>
          items.length === 0 ? (
            <Empty title={strings.none}>
              <p>{strings.noneHelp}</p>
            </Empty>
          ) : (
            <>
              <Table caption={strings.caption} rows={items} keyOf={({ number }) => number} columns={COLUMNS} />
              <Pager nextCursor={nextCursor} />
            </>
          )
        }
      </Loaded>
    </>
  )
}

/** Exports of whole days by the clock of the seller. One that is refused says why, so it opens beside the page. */
function Exports({ from, to }: { from: string | undefined; to: string | undefined }) {
  if (from === undefined || to === undefined) return null
  const days = { from: dayText(from), to: dayText(to) }
  return (
    <>
      {(['csv', 'ndjson', 'datev'] as const).map((format) => (
        <a
          key={format}
          class="button"
          target="_blank"
          rel="noreferrer"
          href={apiUrl('/billing/export', { format, ...days })}
        >
          {strings.exports[format]}
        </a>
      ))}
    </>
  )
}

/** What became of a receipt since. */
export function ReceiptNote({ receipt: { refersTo, creditedBy, outdatedSince } }: { receipt: Receipt }) {
  const other = refersTo ?? creditedBy
  return (
    <>
      {other !== undefined && (
        <span>
          {refersTo === undefined ? strings.creditedBy : strings.credits}{' '}
          <a href={linkTo('receipt', { number: other })}>{other}</a>
        </span>
      )}
      {outdatedSince !== undefined && (
        <span data-severity="warning">
          {strings.outdated} <Time at={outdatedSince} />
        </span>
      )}
    </>
  )
}

const { columns } = strings
const COLUMNS: readonly Column<Receipt>[] = [
  {
    id: 'number',
    title: columns.number,
    isHead: true,
    cell: ({ number }) => (
      <a class="row-link" href={linkTo('receipt', { number })}>
        {number}
      </a>
    )
  },
  { id: 'kind', title: columns.kind, cell: ({ kind }) => strings.kinds[kind] },
  { id: 'issued', title: columns.issued, cell: ({ issuedAt }) => <Time at={issuedAt} /> },
  {
    id: 'place',
    title: columns.place,
    cell: ({ session: { chargePoint } }) => (
      <a href={linkTo('chargePoint', { identity: chargePoint })}>
        <Foreign text={chargePoint} limit={48} />
      </a>
    )
  },
  {
    id: 'transaction',
    title: columns.transaction,
    cell: ({ session: { id } }) => <a href={linkTo('transaction', { id })}>{id}</a>
  },
  { id: 'energy', title: columns.energy, isNumeric: true, cell: ({ session }) => <Energy value={session.energyWh} /> },
  {
    id: 'total',
    title: columns.total,
    isNumeric: true,
    cell: (receipt) => <span class="number">{formatMinor(receipt.totalMinor, receipt)}</span>
  },
  { id: 'note', title: columns.note, cell: (receipt) => <ReceiptNote receipt={receipt} /> }
]
